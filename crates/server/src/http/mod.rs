//! What all doors share of HTTP: connections, secured or not, with time-outs, and an end in order.

mod encryption;
mod handshake;
mod heart;
mod incoming;
mod limits;
mod peer;
mod reading;
mod scheme;
mod server;

pub use encryption::Encryption;
pub use heart::Heart;
pub use incoming::{RequestBody, TooSlow};
pub use limits::HttpLimits;
pub use peer::Peer;
pub use scheme::Scheme;
pub use server::Server;
