//! A reverse proxy that counts and records what passes, slows it down, and breaks it where a test says so.
//!
//! It speaks plain HTTP/1.1 with the client and passes `Host` on, so that a registry behind it builds its
//! `Location`s with the proxy's address. A fault is a [`Rule`]: which requests, how often, what happens.

mod answer;
mod link;
mod pace;
mod record;
mod referrers;
mod rule;
mod serve;
mod server;
mod tally;
mod tap;
mod watched;

pub use answer::Answer;
pub use record::Record;
pub use rule::{Action, Asked, Rule};
pub use server::Proxy;
pub use tally::Tally;
