//! What the API says, as JSON: read and written by both of its ends, and by commands that print the same.
//!
//! Not here: what is done about it (`doors/api`).

mod access;
mod content;
mod mirror;
mod node;
mod page;
mod plan;
mod pruned;
mod run;

pub use access::{
    ActionName, AuditLine, ChangedUser, GrantData, GrantError, MadeToken, NewTokenData, NewUserData,
    RoleWord, TokenData, TokenState, UserData,
};
pub use content::{ChangeData, ImageData, RepositoryData, TagData, TagMove};
pub use mirror::{AskedData, LagData, LastRuns, MirrorData, MirrorFrom, MirrorStatus};
pub use node::NodeData;
pub use page::{PageOf, PageQuery};
pub use plan::{PlanData, PlanLimits, PlanLine, PlanTotals, PlanWord, PlannedData, PullsData, VolumeData};
pub use pruned::{PrunedData, PrunedWord, Tense};
pub use run::{CancelledData, FailureData, ProgressData, RunData, RunDetail, RunWord, TotalsData};
