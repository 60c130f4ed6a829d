//! Takes away at targets what a mirror brought there and no longer wants.
//!
//! What a mirror has brought is noted in every run (`note`); from what it wants now (`scope`) follows what it
//! would not bring any more. That is condemned, and after its grace time deleted, if nothing that stays needs
//! it (`survey`, `decide`: pure). What is deleted can be put back (`undo`). A plan in a file has its deletions in it
//! (`saved`).
//!
//! Not here: what a mirror wants ([`mirror`](crate::mirror)), and what is remembered (`portolan-catalog`).

mod ahead;
mod books;
mod decide;
mod delete;
mod fate;
mod leftover;
mod make;
mod note;
mod place;
mod pruning;
mod report;
mod run;
mod saved;
mod scope;
mod survey;
#[cfg(test)]
mod tests;
mod undo;

pub use books::Books;
pub use fate::{Fate, Kept, PrunedTag, Unwanted};
pub(crate) use note::{Arrivals, Names};
pub use report::{PruneFailure, PruneReport};
pub(crate) use saved::{PlannedPrune, SavedPrune};
pub use scope::PruneScope;
pub use undo::{Undone, UndoneDeletion};
