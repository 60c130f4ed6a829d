//! What of the configuration is in force, and may change while the daemon runs: mirrors, who may tell of images, and
//! how registries are reached.
//!
//! `handle` gives what is in force now to whoever needs it; `known` joins the mirrors of the configuration with those that
//! were made through the API, which `keep_stored` looks for; `stamp` says whether a file is still the one that was read.
//!
//! Not here: reading the configuration (`portolan-config`), and when that is done anew (the program).

mod handle;
mod keep_stored;
mod known;
mod stamp;

pub use handle::{InForce, Live, Reach, Refused};
pub use keep_stored::keep_stored;
pub use known::{KnownMirror, MirrorOrigin, Shared, UnfitMirror};
pub use stamp::FileStamp;
