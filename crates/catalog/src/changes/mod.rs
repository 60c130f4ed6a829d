//! The changes of repositories, manifests and tags, in one order, for all that reacts to them.
//!
//! What changes something appends its changes in its own transaction. Whoever reacts is a consumer with a
//! cursor. There is no second table of events.

mod by;
mod consume;
mod handle;
mod kind;
mod lease;
mod new_changes;
pub(crate) mod read;
mod sequence;
mod trim;

pub use by::{By, ChangeCause};
pub use consume::{Consume, ConsumerLease, Cursor, CursorStart, MoveCursor};
pub use handle::Changes;
pub use kind::ChangeKind;
pub(crate) use new_changes::NewChanges;
pub use read::{Change, ChangesAfter};
pub use sequence::{ClaimSequencer, Sequenced, SequencerLease};
pub use trim::KeptChanges;
