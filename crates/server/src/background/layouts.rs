//! Keeping the layouts of repositories as the repositories are.

use std::time::Duration;

use portolan_catalog::Changes;
use portolan_oci::with_causes;
use portolan_store::{DiskLayouts, Store};
use tokio::time::{Instant, sleep};

use super::clock;

/// How often it is looked what has changed.
const EVERY: Duration = Duration::from_secs(1);

/// How many times as long as it took it rests: a repository with many tags that is pushed to all the time takes no
/// more than a tenth of a processor.
const RESTS: u32 = 9;

/// Renews layouts a second after each change. Where they are not wanted, changes are not kept for them.
pub(super) async fn keep_layouts(store: &Store, changes: &Changes, layouts: Option<DiskLayouts>) {
    let Some(layouts) = layouts else {
        if let Err(error) = store.forget_layouts(changes).await {
            tracing::warn!(cause = with_causes(&error), "changes are kept for layouts that are not wanted");
        }
        return;
    };
    let mut seconds = clock::ticks(EVERY);
    loop {
        seconds.tick().await;
        let begun = Instant::now();
        match store.renew_layouts(changes, &layouts).await {
            Ok(written) => tracing::trace!(written, "layouts"),
            Err(error) => {
                tracing::warn!(cause = with_causes(&error), "layouts are not as their repositories are");
            }
        }
        sleep(begun.elapsed() * RESTS).await;
    }
}
