//! The rows of the journal's tables; see the drawing in the crate's root.

pub(super) mod belongings;
pub(super) mod blob;
pub(super) mod child;
pub(super) mod host;
pub(super) mod kinds;
pub(super) mod place;
pub(super) mod realm;
pub(super) mod rewritten;
pub(super) mod seen;
pub(super) mod tree;
pub(super) mod upload;
