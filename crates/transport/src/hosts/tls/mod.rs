//! How connections are secured: which certificates are trusted, and which one we show. Nothing is read before
//! the first TLS connection to a host.

mod accept_any;
pub(super) mod certs_dir;
mod config;
mod nothing;
mod roots;
mod trust;

pub(super) use config::{CertificateFiles, ClientPair, LazyTls, Verification};
pub(super) use roots::SystemRoots;
