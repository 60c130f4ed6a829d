//! One image with everything that belongs to it, from its source to its targets.
//!
//! `discover` reads what there is, `compare` says which targets lack it, `put` writes the manifests in
//! their order; `run` puts these together. Blobs are the business of `blob`.

mod artifact_types;
mod begin;
mod belongings;
mod compare;
mod deliver;
mod discover;
mod fallback;
mod job;
mod put;
mod report;
mod request;
mod rewrite;
mod root;
mod run;
mod source_lists;
mod span;
mod tree;

pub use artifact_types::ArtifactTypes;
pub(crate) use belongings::{fingerprint, may_take};
pub(crate) use job::Job;
pub use report::{CopyReport, ImageOutcome, Tally, TargetReport};
pub use request::{CarryRules, CopyRequest, CopyRules, CopyTarget, Moves, Platforms, ReferrerPolicy};
pub(crate) use source_lists::SourceLists;
pub(crate) use span::{note_image, of_image};
pub use tree::{ImageTree, Member, PartOf, ReferrerList, Role};
