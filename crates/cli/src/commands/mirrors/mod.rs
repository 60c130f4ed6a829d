//! The commands about mirrors: what is wanted (`explain`), what would be done (`plan`), doing it (`sync`).

pub(super) mod explain;
mod limits;
pub(super) mod plan;
pub(super) mod sync;
mod work;
