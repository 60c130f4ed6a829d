//! Mirrors that run by the clock.
//!
//! `keep` looks at the clock for each mirror and runs it when it is due, and looks again when the `bell` rings; `runner`
//! runs it, as `portolan sync` does. `help` does what other nodes give away of the runs that they lead.
//! What was begun when is in the catalogue, so a daemon that was away makes up for what it missed.
//!
//! Not here: when a mirror is due ([`Timing`](portolan_sync::select::Timing)), and what a run does
//! ([`Engine::sync`](portolan_sync::Engine::sync)).

mod bell;
mod clock;
mod help;
mod keep;
mod runner;
#[cfg(test)]
mod tests;

pub use bell::Bell;
pub use clock::{Clock, SystemClock};
pub use help::keep_helping;
pub use keep::{LastRun, Means, Occasion, Ran, RunMirrors, Seen, keep_mirrors};
pub use runner::Runner;
