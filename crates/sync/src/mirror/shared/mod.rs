//! The work of one run in the hands of several nodes.
//!
//! Who has the lease of the mirror leads: it plans, gives images away as rows of the catalogue (`portion`, `lead`), does some of
//! them itself, and sums up what came of all. Any node does what it claims (`desk`). What a node had that was not heard
//! of in time is looked at once more, one lease later (`again`).

mod again;
mod desk;
mod lead;
mod portion;
mod together;

pub use desk::TaskDesk;
pub(super) use together::Together;
