//! The rows of the tables of runs; see the drawing in the crate's root.

pub(super) mod awaited;
pub(super) mod failure;
pub(super) mod lease;
pub(super) mod part;
pub(super) mod pause;
pub(crate) mod run;
pub(super) mod schedule;
