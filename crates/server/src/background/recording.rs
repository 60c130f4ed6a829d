//! Writing the records that others left out.

use std::time::Duration;

use portolan_catalog::Changes;
use portolan_oci::with_causes;
use portolan_store::Store;

use super::clock;

/// How often, and how long another process has had to write them itself.
const EVERY: Duration = Duration::from_secs(60);

/// Writes the records of what was committed by processes that died before they wrote them down.
pub(super) async fn keep_recording(store: &Store, changes: &Changes) {
    let mut minutes = clock::ticks(EVERY);
    loop {
        minutes.tick().await;
        if let Err(error) = store.write_missing_records(changes, EVERY).await {
            tracing::warn!(cause = with_causes(&error), "missing records are not written yet");
        }
    }
}
