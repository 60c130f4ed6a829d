//! From a mirror to the images that it wants: reads lists of repositories and tags, applies the mirror's rules,
//! and opens the places.
//!
//! The rules themselves are in [`select`](crate::select); what is done with the images in [`plan`](crate::plan).

mod created;
mod error;
mod expand;
mod gather;
mod kinds;
mod lease;
mod narrow;
mod portions;
mod refill;
mod run;
mod selected;
mod shared;
mod span;
mod sum;
mod sync;
mod tags;
mod take_up;
mod undo;

pub use error::MirrorError;
pub use gather::{Gathered, Looked};
pub use kinds::OtherKind;
pub use refill::{LostBlob, RefillReport, Refilled};
pub(crate) use selected::Selected;
pub use shared::TaskDesk;
pub use sum::Detail;
pub use sync::{SyncError, SyncOptions, SyncReport, SyncShare};
pub use take_up::TakeUpOptions;
pub use undo::{UndoOptions, UndoReport};
