//! Numbering changes, and forgetting old ones ([decision 24](../../../../docs/src/adr/0024-content-and-changes.md)).

use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{CatalogError, Changes, ClaimSequencer, KeptChanges, Sequenced, SequencerLease};
use portolan_oci::with_causes;

use super::clock;

/// How long a change waits for its number, at most.
const EVERY: Duration = Duration::from_secs(1);

/// How long this process is the one that numbers, if it dies.
const LASTS: Duration = Duration::from_secs(10);

/// How often old changes are looked for, how long they are kept for consumers, and how long in any case.
const HOUR: Duration = Duration::from_secs(60 * 60);
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const AT_MOST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Gives changes their numbers, where the database leaves that to us: one process of all does.
pub(super) async fn keep_numbering(changes: &Changes, owner: &str) {
    let (mut seconds, mut lease) = (clock::ticks(EVERY), None);
    loop {
        seconds.tick().await;
        match number(changes, owner, &mut lease).await {
            Ok(Needed::Yes) => {}
            Ok(Needed::No) => return,
            Err(error) => {
                tracing::warn!(cause = with_causes(&error), "changes have to wait for their numbers");
            }
        }
    }
}

/// Whether the database needs somebody who numbers.
enum Needed {
    Yes,
    No,
}

async fn number(
    changes: &Changes,
    owner: &str,
    lease: &mut Option<SequencerLease>,
) -> Result<Needed, CatalogError> {
    if lease.is_none() {
        match changes.claim_sequencer(owner, LASTS).await? {
            ClaimSequencer::Claimed(claimed) => *lease = Some(claimed),
            ClaimSequencer::Held { .. } => return Ok(Needed::Yes),
            ClaimSequencer::NotNeeded => return Ok(Needed::No),
        }
    }
    while let Some(held) = lease {
        match changes.sequence(held).await? {
            Sequenced::Numbered(0) => break,
            Sequenced::Numbered(_) => {}
            Sequenced::Lost => *lease = None,
        }
    }
    Ok(Needed::Yes)
}

/// Forgets changes that all have dealt with, after a week.
pub(super) async fn keep_short(changes: &Changes) {
    let mut hours = clock::ticks(HOUR);
    loop {
        hours.tick().await;
        if let Err(error) = forget(changes).await {
            tracing::warn!(cause = with_causes(&error), "old changes stay for now");
        }
    }
}

async fn forget(changes: &Changes) -> Result<(), CatalogError> {
    let ago = |age| Timestamp::now().checked_sub(age).unwrap_or(Timestamp::MIN);
    let kept = KeptChanges { since: ago(KEPT), at_most_since: ago(AT_MOST) };
    while changes.trim(kept).await? > 0 {}
    Ok(())
}
