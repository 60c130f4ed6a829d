//! What the daemon answers, asked over HTTP.
//!
//! `spec` follows the distribution specification section by section; `clients` has those who use a registry.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod access;
mod changes;
mod collection;
mod door;
mod holding;
mod spec;
mod tls;

use door::Door;
