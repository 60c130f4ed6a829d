//! What holds from end to end, each a test named after it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests may stop the test"
)]

mod desk;
mod faults;
mod judge;
mod killed;
mod ours;
mod retried;
mod secrets;
mod zoo;
