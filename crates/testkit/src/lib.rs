//! Real peers, generated images, and proxies that break or count: what tests and benchmarks stand on.
//!
//! It depends on no other crate of the workspace: digests, media types, pushing and reading back are written
//! here once more, so that a mistake in the code under test is not made again by its judge. It runs other
//! people's programs ([`registry`], [`reader`]); the only servers of its own are a token server, because none
//! is packaged, and the [`proxy`].
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "test support: a broken set-up must stop the test, and a skipped one must say so"
)]

pub mod chaos;
pub mod client;
pub mod corpus;
pub mod databases;
pub mod digest;
pub mod image;
mod listener;
pub mod peer;
pub mod process;
pub mod proxy;
pub mod reader;
pub mod registry;
pub mod tls;
pub mod tmpfs;
pub mod token;
pub mod workload;
pub mod zoo;
