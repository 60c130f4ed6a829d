//! The handle on the journal.

use jiff::Timestamp;

use super::numbers::Numbers;
use crate::CatalogError;
use crate::opening::Opening;
use crate::writer::WriterHandle;

/// The handle on the journal, for one run of copying; clones are cheap and belong to the same run.
///
/// Four kinds of calls: those that write and return when that is committed; those that write behind, which
/// wait for room only and are committed with what comes next; hints, which are not `async`, never wait and may be
/// lost; and those that read what is committed. Writes take effect in the order of the calls, those behind and
/// hints too: when a later write has returned, so have they been written (unless a hint was dropped).
#[derive(Debug, Clone)]
pub struct Journal {
    pub(super) writer: WriterHandle,
    pub(super) opening: Opening,
    /// When the run began: what was begun before is an earlier run's.
    pub(super) run_started: Timestamp,
    pub(super) numbers: Numbers,
}

impl Journal {
    pub(crate) fn new(writer: WriterHandle, opening: Opening, run_started: Timestamp) -> Self {
        Self { writer, opening, run_started, numbers: Numbers::default() }
    }

    /// Waits until the database is open.
    ///
    /// # Errors
    /// As [`Catalog::open`](crate::Catalog::open).
    pub async fn opened(&self) -> Result<(), CatalogError> {
        self.opening.connections().await.map(drop)
    }
}
