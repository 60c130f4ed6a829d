//! Which images a mirror takes, and where they go: decided from facts, with a reason for each.
//!
//! A [`Mirror`] is made of its settings, the defaults and the tag sets. [`TagRules`] and [`RepositoryRules`]
//! give a verdict on each name; a [`TargetTemplate`] says where an image goes. All of it is pure, but for
//! [`ImageList`]'s reading of a file or command.
//!
//! Not here: how the facts are gathered, and what is done about the verdicts (planning and running).

mod belonging;
mod clash;
mod image_list;
mod latest;
mod mirror;
mod mirror_fault;
mod names;
mod policy;
mod reason;
mod repositories;
mod running;
mod tag_rules;
mod tag_version;
mod template;
#[cfg(test)]
mod tests;
mod timing;

pub use belonging::is_belonging;
pub use clash::{Clash, Expansion, clashes};
pub use image_list::{ImageList, ImageListError};
pub use latest::Rank;
pub use mirror::{Mirror, MirrorImages};
pub use mirror_fault::{MirrorFault, Step};
pub use names::NameRules;
pub use policy::{CarriedReferrers, Policy};
pub use reason::{LeftOut, Reason, Taken};
pub use repositories::{RepositoryRules, RepositoryVerdict};
pub use tag_rules::{TagFact, TagRules, TagVerdict};
pub use tag_version::TagVersion;
pub use template::{ExpandError, TargetTemplate, TemplateError, Variable};
pub use timing::{Due, Timing};
