//! Prunes: what a mirror brought and no longer wants goes from a real registry, deliberately; and comes back.

mod brakes;
mod saved;
mod shared;
mod spared;
mod stage;
mod undo;
