//! Picture-Book's HTTP API: `/list` and `/ops`, with its JSON names and texts. Its one answer that nobody could use is
//! mended: who shows the token is let in.
//!
//! Not here: what the registries do ([`crate::picture_book`]).

mod door;
mod list;
mod ops;
mod told;

pub use door::PictureBookDoor;
