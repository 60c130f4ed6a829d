//! Runs of mirrors: who runs one now, what came of those before, which of their images failed, which mirrors are
//! paused, and which are run at other times than the configuration says,
//! which images they were told to see to, what is asked of them, mirrors that no file has,
//! and how long images took to arrive.
//!
//! [`Runs`] is the handle; each file beside it has one operation. A mirror is run by one at a time: beginning
//! a run takes the mirror's lease, ending it gives the lease back. Not here: images that went well, which are
//! in the journal.

mod arrivals;
mod ask;
mod awaited;
mod begin_run;
mod cancel;
mod end_run;
pub(crate) mod entities;
mod expire;
mod failures;
mod forget_mirrors;
mod handle;
mod last_dealt;
mod last_success;
mod lease;
mod left;
mod left_over;
mod list;
mod outcome;
mod owed;
mod part;
mod pause;
mod release;
mod renew;
mod reschedule;
mod retry;
mod run;
mod standing;
mod stored_mirror;
mod totals;

pub use arrivals::Arrival;
pub use ask::AskedRun;
pub use awaited::{Awaited, NewAwaited};
pub use begin_run::RunStart;
pub use cancel::{CancelRun, CancelledRun};
pub use end_run::{RunEnd, RunReport};
pub use failures::FailedImage;
pub use forget_mirrors::KeptMirrors;
pub use handle::Runs;
pub(crate) use lease::hold_mirror;
pub use lease::{LeaseKey, RunLease, Taking};
pub use left_over::LeftOver;
pub use outcome::RunOutcome;
pub use owed::{Became, OwedReport};
pub use pause::Pause;
pub use renew::Renewal;
pub use reschedule::Reschedule;
pub use retry::{NotRetried, RetryRun};
pub use run::{Run, RunEnded, RunId};
pub use standing::Standing;
pub use stored_mirror::{Expected, MirrorChange, StoredMirror};
pub use totals::RunTotals;
