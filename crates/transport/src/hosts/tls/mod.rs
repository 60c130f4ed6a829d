//! How connections are secured: which certificates are trusted, and which one we show. Nothing is read before
//! the first TLS connection to a host.

mod accept_any;
mod config;
mod roots;

pub(super) use config::{ClientPair, LazyTls, TlsPlan, Verification};
pub(super) use roots::SystemRoots;
