//! The copy engine between real registries and layouts; what passes between them is counted by proxies.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests may stop the test"
)]

mod belongings;
mod broken;
mod deep_referrers;
mod desk;
mod failing_target;
mod fan_out;
mod interrupted;
mod mirror;
mod mirror_runs;
mod missing_content;
mod one_host;
mod places;
mod prune;
mod rewritten;
mod shared_blobs;
mod unchanged;
