//! What the daemon does by the clock, behind its doors.
//!
//! Each task looks at what should be done and does it; a task that is dropped in the middle, here or with its process,
//! is gone on with by the next one.

mod changes;
mod clock;
mod collecting;
mod recording;

use portolan_catalog::Changes;
use portolan_store::Store;
use tokio_util::sync::CancellationToken;

/// Does all of it until it is told to end.
pub async fn keep_house(store: Store, changes: Changes, end: CancellationToken) {
    let owner = store.node().to_owned();
    let work = async {
        tokio::join!(
            collecting::keep_collecting(store.clone()),
            recording::keep_recording(&store, &changes),
            changes::keep_numbering(&changes, &owner),
            changes::keep_short(&changes)
        )
    };
    tokio::select! {
        () = end.cancelled() => {}
        _ = work => {}
    }
}
