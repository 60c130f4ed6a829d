//! The right to run a mirror, held for as long as the work takes.

use std::pin::pin;
use std::time::{Duration, Instant};

use portolan_catalog::{LeaseKey, Renewal, RunLease, RunStart, Runs, Taking};
use portolan_transport::{Fence, Places};
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::SyncError;
use crate::CopyError;
use crate::prune::Books;

/// A run of a mirror, for who does its work.
pub(super) struct Turn {
    pub(super) key: LeaseKey,
    pub(super) taking: Taking,
    /// For how long the mirror is taken with each renewal.
    pub(super) lasts: Duration,
    /// Where another could take the mirror while this process stands still.
    pub(super) fence: Option<Fence>,
}

impl Turn {
    fn new(lease: &RunLease) -> Self {
        let fence = (lease.taking() != Taking::Sure).then(|| Fence::until(lease.ends()));
        Self { key: lease.key(), taking: lease.taking(), lasts: lease.lasts(), fence }
    }

    /// The places, in which nothing is done when the mirror may be another's.
    pub(super) fn places(&self, places: &Places) -> Places {
        match &self.fence {
            Some(fence) => places.behind(fence.clone()),
            None => places.clone(),
        }
    }
}

/// Begins a run, unless somebody else is at it.
pub(super) async fn begin(books: &Books, mirror: &str, owner: &str) -> Result<(RunLease, Turn), SyncError> {
    match books.runs.begin_run(mirror, owner, books.company.lease).await? {
        RunStart::Begun(lease) => {
            let turn = Turn::new(&lease);
            Ok((lease, turn))
        }
        RunStart::LeaseHeld { owner, since } => {
            Err(SyncError::Held { mirror: mirror.to_owned(), owner, since })
        }
    }
}

/// Does `work` as long as the lease can be kept, and until somebody cancels the run.
pub(super) async fn keeping<T>(
    runs: &Runs,
    lease: &mut RunLease,
    fence: Option<Fence>,
    work: impl Future<Output = Result<T, SyncError>>,
) -> Result<T, SyncError> {
    let mut work = pin!(work);
    let mut renewals = renewals(lease.lasts());
    loop {
        tokio::select! {
            // Who was stopped for long does nothing before it is known whether the lease goes on.
            biased;
            _ = renewals.tick() => {}
            ended = &mut work => return ended,
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
            if let Some(fence) = fence {
                fence.close();
            }
            return Err(SyncError::Lost { mirror: lease.mirror().to_owned() });
        }
        if let Some(fence) = &fence {
            fence.go_on(lease.ends());
        }
        match runs.cancelled(lease.run()).await {
            Ok(Some(_)) => return Err(CopyError::Cancelled.into()),
            Ok(None) => {}
            Err(cause) => tracing::warn!(%cause, "cannot see whether a run was cancelled"),
        }
    }
}

/// Ticks often enough to keep what lasts so long: a third of it, and the first time after that.
pub(super) fn renewals(lasts: Duration) -> Interval {
    let every = (lasts / 3).max(Duration::from_millis(1));
    let mut renewals = interval_at(tokio::time::Instant::now() + every, every);
    renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
    renewals
}
