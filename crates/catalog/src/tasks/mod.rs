//! Pieces of the work of a run that any node may do: a row each.
//!
//! [`Tasks`] is the handle; each file beside it has one operation. Who runs a mirror adds rows and removes them; any
//! node claims some, for a time by the database's clock, renews that and says what came of them. Each claim has a higher
//! token than the one before, and what is written about a task carries it: who woke up too late changes nothing. What a
//! task consists of and what came of it are texts to this crate.

mod add;
mod claim;
mod clear;
mod end;
mod ended;
mod give_back;
mod handle;
mod left;
mod open;
mod renew;
mod task;

pub use add::{AddTasks, NewTasks};
pub use claim::ClaimTasks;
pub use clear::ClearTasks;
pub use end::{EndTask, TaskEnd};
pub use ended::EndedTask;
pub use handle::Tasks;
pub use left::LeftTask;
pub use renew::RenewTask;
pub use task::{ClaimedTask, TaskLease};
