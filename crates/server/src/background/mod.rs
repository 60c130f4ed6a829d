//! What the daemon does by the clock, behind its doors.
//!
//! Each task looks at what should be done and does it; a task that is dropped in the middle, here or with its process,
//! is gone on with by the next one.

mod changes;
mod clock;
mod collecting;
mod history;
mod layouts;
mod recording;
mod snapshots;

pub use history::History;

use portolan_catalog::Changes;
use portolan_store::{DiskLayouts, Store};
use tokio_util::sync::CancellationToken;

/// Does all of it until it is told to end; `layouts` only if they are wanted, and `history` only of mirrors.
pub async fn keep_house(
    store: Store,
    changes: Changes,
    layouts: Option<DiskLayouts>,
    history: Option<History>,
    end: CancellationToken,
) {
    let owner = store.node().to_owned();
    let work = async {
        tokio::join!(
            collecting::keep_collecting(store.clone()),
            recording::keep_recording(&store, &changes),
            snapshots::keep_snapshots(&store),
            layouts::keep_layouts(&store, &changes, layouts),
            changes::keep_numbering(&changes, &owner),
            changes::keep_short(&changes),
            history::keep_history(history)
        )
    };
    tokio::select! {
        () = end.cancelled() => {}
        _ = work => {}
    }
}
