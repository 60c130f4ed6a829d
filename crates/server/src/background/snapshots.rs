//! Writing down now and then all there is, so that records do not grow for ever.

use std::time::Duration;

use portolan_oci::with_causes;
use portolan_store::{Snapshot, Store};

use super::clock;

/// How often it is looked whether that is due.
const EVERY: Duration = Duration::from_secs(60);

/// Writes a snapshot of the records whenever one is due. One that is dropped half done is begun anew.
pub(super) async fn keep_snapshots(store: &Store) {
    let mut minutes = clock::ticks(EVERY);
    loop {
        minutes.tick().await;
        match store.renew_snapshot().await {
            Ok(Snapshot::Written(records)) => tracing::info!(records, "wrote a snapshot of the records"),
            Ok(Snapshot::NotDue) => {}
            Ok(Snapshot::UnderWay) => tracing::debug!("another process is writing a snapshot"),
            Err(error) => {
                tracing::warn!(cause = with_causes(&error), "the snapshot of the records is not written yet");
            }
        }
    }
}
