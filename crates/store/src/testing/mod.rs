//! What tests of the store stand on, here and in crates above: the suite that every backend passes, and a disk whose
//! power can be cut.
//!
//! A backend wraps itself as a [`BackendUnderTest`], and its test is one line: `testing::run(&it).await.unwrap()`.
//! [`UnreliablePower`] is a disk backend on a machine that forgets all that was not flushed.
//!
//! Not here: what only one backend has (its files, its locks); that is tested beside it.

mod blobs;
mod check;
mod lists;
mod packs;
mod power;
mod run;
mod samples;
mod sessions;
mod store;
mod under_test;

pub use check::{Failure, Failures};
pub use power::{Keeping, Losing, UnreliablePower};
pub use run::run;
pub use under_test::BackendUnderTest;
