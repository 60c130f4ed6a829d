//! The transports against real things, through their public face.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test"
)]

mod archive;
mod core;
mod hosts;
mod layout;
mod registry;
mod suite;
mod trees;
