//! Tags that are to be deleted from targets once their grace is over, and what deletions took away.
//!
//! [`Condemned`] is the handle; each file beside it has one operation. Which tags are condemned, how long the
//! grace is and how many may go at once is decided by who prunes; nothing here deletes anything anywhere.

mod condemn;
mod deleting_run;
mod deletion_places;
mod deletions;
mod due;
mod entities;
mod forget_deletion;
mod handle;
mod note_deleted;
mod places;
mod reason;
mod spare;

pub use deletions::{Deletion, DeletionId};
pub use due::CondemnedTag;
pub use handle::Condemned;
pub use note_deleted::Doomed;
pub use reason::CondemnReason;
