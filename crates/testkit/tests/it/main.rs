//! The test support is tested against the real programs that it starts.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may stop the test")]

mod databases;
mod proxy;
mod readers;
mod registry;
mod token;
mod workload;
mod zoo;
