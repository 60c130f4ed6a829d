//! The right to run a mirror, held for as long as the work takes.

use std::pin::pin;
use std::time::{Duration, Instant};

use portolan_catalog::{Renewal, RunLease, RunStart, Runs};
use tokio::time::{MissedTickBehavior, interval};

use super::SyncError;
use crate::CopyError;

/// How long a mirror stays taken when the process that runs it is gone and the catalogue cannot know that.
const LEASE: Duration = Duration::from_secs(60);
/// How often the lease is renewed.
const RENEWAL: Duration = Duration::from_secs(20);

/// Begins a run, unless somebody else is at it.
pub(super) async fn begin(runs: &Runs, mirror: &str, owner: &str) -> Result<RunLease, SyncError> {
    match runs.begin_run(mirror, owner, LEASE).await? {
        RunStart::Begun(lease) => Ok(lease),
        RunStart::LeaseHeld { owner, since } => {
            Err(SyncError::Held { mirror: mirror.to_owned(), owner, since })
        }
    }
}

/// Does `work` as long as the lease can be kept, and until somebody cancels the run.
pub(super) async fn keeping<T>(
    runs: &Runs,
    lease: &mut RunLease,
    work: impl Future<Output = Result<T, SyncError>>,
) -> Result<T, SyncError> {
    let mut work = pin!(work);
    let mut renewals = interval(RENEWAL);
    renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first one is due at once.
    renewals.tick().await;
    loop {
        tokio::select! {
            ended = &mut work => return ended,
            _ = renewals.tick() => {}
        }
        let lost = match runs.renew(lease).await {
            Ok(Renewal::Renewed) => false,
            Ok(Renewal::Lost) => true,
            Err(cause) => {
                tracing::warn!(%cause, "the lease of a run cannot be renewed");
                Instant::now() >= lease.ends()
            }
        };
        if lost {
            return Err(SyncError::Lost { mirror: lease.mirror().to_owned() });
        }
        match runs.cancelled(lease.run()).await {
            Ok(Some(_)) => return Err(CopyError::Cancelled.into()),
            Ok(None) => {}
            Err(cause) => tracing::warn!(%cause, "cannot see whether a run was cancelled"),
        }
    }
}
