//! What a run would do, as data: nothing is written before there is a plan, and a plan says what it costs.
//!
//! [`Engine::plan`](crate::Engine::plan) asks sources and targets as little as it takes to know
//! (`standing`: what targets show; `news`: what has come to belong to an image; `make`: what is to be done), and reckons bytes (`cost`). A plan can be kept in
//! a file (`saved`) and taken up again (`restore`).
//! [`Engine::carry_out`](crate::Engine::carry_out) does what the plan says. What of it any node may do, and what that tells,
//! is in `task`.

mod carry_out;
mod cost;
mod learnt;
mod make;
mod news;
mod planned;
mod referrers_api;
mod restore;
mod saved;
mod space;
mod standing;
mod task;

pub use carry_out::RunReport;
pub(crate) use learnt::{Learnt, Rewritten};
pub use planned::{Action, Cost, Plan, PlannedImage, PlannedTarget};
pub use restore::{RestoreError, Restored};
pub use saved::{MirrorPlan, SavedPlan, SavedPlanError};
pub use space::Space;
pub use standing::TargetChecks;
pub(crate) use task::{Divided, FORM, TargetOutcome, TaskOutcome, TaskPlan, for_others};
