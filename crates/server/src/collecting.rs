//! Collecting what the store no longer needs, by the clock.

use std::time::Duration;

use portolan_oci::with_causes;
use portolan_store::{CollectOptions, Collection, Quiet, Store};
use tokio::time::{MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Collects once an hour until it is told to end. A collection under way is dropped then: the next one goes on.
pub async fn keep_collecting(store: Store, end: CancellationToken) {
    let mut hours = interval_at(tokio::time::Instant::now() + EVERY, EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let collecting = async {
            hours.tick().await;
            store.collect(&CollectOptions::default(), &Quiet).await
        };
        let collected = tokio::select! {
            () = end.cancelled() => return,
            collected = collecting => collected,
        };
        match collected {
            Ok(Collection::Done(collected)) => tracing::info!(?collected, "collected"),
            Ok(Collection::UnderWay) => tracing::debug!("another process is collecting"),
            Err(error) => tracing::error!(cause = with_causes(&error), "the collection failed"),
        }
    }
}
