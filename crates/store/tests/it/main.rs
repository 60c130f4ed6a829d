//! The store through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper ends the test where something is not as expected"
)]

mod backends;
mod disk;
mod missing;
mod power;
mod rebuild;
mod records;
mod verify;
