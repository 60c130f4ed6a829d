//! Copies images: from one source to any number of targets, each byte once, verified, and in an order that
//! never shows a reader an image that cannot be pulled.
//!
//! An [`Engine`] serves one run. For each image it [discovers](copy) all that belongs to it at the source,
//! compares that with the targets, brings the blobs and puts the manifests: children before parents, what
//! refers to an image before the image's tag. What is done, half done and confirmed is written to the journal,
//! so that a run that was killed goes on where it stopped.
//!
//! A run of a [`mirror`] gathers the images that it wants, makes a [`plan`] and carries it out; if the mirror
//! is to [`prune`], what it brought and no longer wants goes. What a mirror takes, and where that goes, is
//! decided in [`select`] from what the configuration says in [`settings`]. Several processes may do the work of one run:
//! [`nodes`].
//!
//! Not here: how a place is spoken to (`portolan-transport`), how the journal is stored (`portolan-catalog`),
//! what is shown to people (`portolan-cli`).

mod blob;
pub mod copy;
mod counts;
mod engine;
mod error;
mod event;
mod fanout;
mod holdings;
pub mod mirror;
pub mod nodes;
pub mod plan;
pub mod prune;
pub mod select;
pub mod settings;

pub use copy::{
    ArtifactTypes, CarryRules, CopyReport, CopyRequest, CopyRules, CopyTarget, ImageOutcome, Moves,
    Platforms, ReferrerPolicy, Tally, TargetReport,
};
pub use counts::{Counts, Snapshot, Transfer};
pub use engine::{Engine, EngineOptions};
pub use error::CopyError;
pub use event::{BlobOutcome, Event, ImageEnd, Observer, Silent};
pub use mirror::{
    Detail, Gathered, Looked, LostBlob, MirrorError, OtherKind, RefillReport, Refilled, SyncError,
    SyncOptions, SyncReport, SyncShare, TakeUpOptions, TaskDesk, UndoOptions, UndoReport,
};
pub use nodes::{Company, Member, TaskTally};
pub use plan::{
    Action, Cost, MirrorPlan, Plan, PlannedImage, PlannedTarget, RestoreError, Restored, RunReport,
    SavedPlan, SavedPlanError, Space, TargetChecks,
};
pub use prune::{Books, PruneReport, PruneScope};
pub use select::Mirror;
