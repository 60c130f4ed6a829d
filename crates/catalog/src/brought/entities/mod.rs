//! The rows of the tables of what mirrors have brought; see the drawing in the crate's root.

pub(super) mod names;
pub(super) mod tag;
