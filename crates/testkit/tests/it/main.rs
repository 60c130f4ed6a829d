//! The test support is tested against the real programs that it starts.

mod registry;
mod zoo;
