//! What all doors share of HTTP: connections with time-outs, and an end in order.

mod heart;
mod incoming;
mod limits;
mod server;

pub use heart::Heart;
pub use incoming::{RequestBody, TooSlow};
pub use limits::HttpLimits;
pub use server::Server;
