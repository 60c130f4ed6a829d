//! Collecting what the store no longer needs.

use std::time::Duration;

use portolan_oci::with_causes;
use portolan_store::{Collection, Quiet, Store};

use super::clock;

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Collects once an hour. A collection that is dropped is gone on with by the next one.
pub(super) async fn keep_collecting(store: Store) {
    let mut hours = clock::ticks(EVERY);
    loop {
        hours.tick().await;
        match store.collect(store.collection(), &Quiet).await {
            Ok(Collection::Done(collected)) => tracing::info!(?collected, "collected"),
            Ok(Collection::UnderWay) => tracing::debug!("another process is collecting"),
            Err(error) => tracing::error!(cause = with_causes(&error), "the collection failed"),
        }
    }
}
