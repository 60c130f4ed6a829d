//! Picture-Book: registries that are kept in step with the lists of scripts, as its users know it.
//!
//! A registry of its file is a mirror with a list of its own for each run. `shelf` knows the registries, which of them
//! are active and when each is due, `round` brings the images of one of them, `keep` does that by the clock, and `voice`
//! says what happens in the old words.
//!
//! Not here: the file (`portolan_config::picture_book`), and the HTTP door (`crate::doors::compat::picture_book`).

mod keep;
mod round;
mod shelf;
mod voice;

pub use keep::ShelfRunner;
pub use round::{OpenPlaces, Rounds};
pub(crate) use shelf::ACTOR;
pub use shelf::{Details, Shelf, ShelfError};
pub(crate) use voice::RFC_850;
pub use voice::Voice;
