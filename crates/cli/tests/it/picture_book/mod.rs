//! Picture-Book's users: its file, its commands and its API, as they have them.

mod api;
mod load;
mod original;
mod stage;
