//! The suite that every place passes: what [`Source`](crate::Source) and [`Target`](crate::Target) promise,
//! as checks against a real place.
//!
//! An implementation wraps itself as a [`PlaceUnderTest`] and its test is one line:
//! `conformance::run(&place).await.unwrap()`. What is optional is skipped by [`Capabilities`](crate::Capabilities)
//! and [`Expectations`]; nothing is skipped by the kind of the place. Each check works in a repository of its
//! own, closes the target before it reads the source, and so fits archives too.
//!
//! Not here: what only one kind of place has (its files, its protocol); that is tested beside it.

mod check;
mod concurrency;
mod deletes;
mod manifests;
mod mounts;
mod place;
mod reads;
mod referrers;
mod run;
mod samples;
mod steps;
mod tags;
mod uploads;

pub use check::{Failure, Failures};
pub use place::{Deleting, Expectations, MissingContent, PlaceUnderTest};
pub use run::run;
