//! The changes of repositories, manifests and tags, in one order, for all that reacts to them.
//!
//! What changes something appends its changes in its own transaction. Whoever reacts is a consumer with a
//! cursor. There is no second table of events.

mod by;
mod handle;
mod kind;
mod new_changes;
mod read;

pub use by::{By, ChangeCause};
pub use handle::Changes;
pub use kind::ChangeKind;
pub(crate) use new_changes::NewChanges;
pub use read::{Change, ChangesAfter};
