//! Mirrors that run by the clock.
//!
//! `reconcile` has each mirror kept that the configuration has now; `keep` looks at the clock for one and runs it when it
//! is due, and looks again when the `bell` rings; `backoff` says how soon what failed is tried again. What it wants of whoever
//! runs the mirror is in `run_mirrors`; `runner` does so as `portolan sync` does, and `under_way` shows how far it is; `lag` is
//! how long images took. `help` does what other nodes give away of the runs that they lead. `plan` says what a run would do,
//! and `reports` tells senders of webhooks what a run did.
//! What was begun when is in the catalogue, so a daemon that was away makes up for what it missed.
//!
//! Not here: when a mirror is due ([`Timing`](portolan_sync::select::Timing)), and what a run does
//! ([`Engine::sync`](portolan_sync::Engine::sync)).

mod backoff;
mod bell;
mod clock;
mod help;
mod keep;
mod lag;
mod plan;
mod reconcile;
mod reports;
mod run_mirrors;
mod runner;
#[cfg(test)]
mod tests;
mod under_way;

pub use bell::Bell;
pub use clock::{Clock, SystemClock};
pub use help::keep_helping;
pub use keep::Means;
pub(crate) use plan::PlanError;
pub use plan::Planner;
pub use reconcile::{keep_mirrors, unchanging};
pub use reports::keep_reporting;
pub use run_mirrors::{LastRun, Occasion, Ran, RunMirrors, RunState, Seen, Wish};
pub use runner::Runner;
pub use under_way::{LiveRun, UnderWay};
