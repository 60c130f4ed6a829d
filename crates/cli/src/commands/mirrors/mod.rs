//! The commands about mirrors: what is wanted (`explain`), what would be done (`plan`), doing it (`sync`), putting
//! back what that deleted (`undo`).

pub(super) mod explain;
mod limits;
pub(super) mod plan;
mod save;
pub(super) mod sync;
pub(super) mod undo;
pub(super) mod work;
