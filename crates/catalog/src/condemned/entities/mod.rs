//! The rows of the tables of what is condemned and deleted; see the drawing in the crate's root.

pub(super) mod deletion;
pub(super) mod tag;
