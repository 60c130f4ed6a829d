//! The store through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a helper ends the test where something is not as expected, and says from where it drew"
)]

mod backends;
mod disk;
mod holding;
mod layouts;
mod missing;
mod packs;
mod power;
mod rebuild;
mod records;
mod snapshots;
mod verify;
