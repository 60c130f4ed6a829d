//! Which names mirrors have put at places, or found there as they want them: what a prune may take away again.
//!
//! [`Brought`] is the handle; each file beside it has one operation. What a name names is not said here: that is
//! in the journal.

mod all;
mod by_others;
mod entities;
mod forget;
mod handle;
mod note;
mod noted;

pub use handle::Brought;
pub use note::Names;
