//! The handle on the journal.

use jiff::Timestamp;
use sea_orm::DatabaseConnection;

use crate::writer::WriterHandle;

/// The handle on the journal, for one run of copying; clones are cheap and belong to the same run.
///
/// Three kinds of calls: those that write and return when that is committed; hints, which are not `async`,
/// never wait and may be lost; and those that read what is committed. Writes take effect in the order of
/// the calls, hints too: when a later write has returned, so have they been written (unless dropped).
#[derive(Debug, Clone)]
pub struct Journal {
    pub(super) writer: WriterHandle,
    pub(super) readers: DatabaseConnection,
    /// When the run began: what was begun before is an earlier run's.
    pub(super) run_started: Timestamp,
}

impl Journal {
    pub(crate) fn new(writer: WriterHandle, readers: DatabaseConnection, run_started: Timestamp) -> Self {
        Self { writer, readers, run_started }
    }
}
