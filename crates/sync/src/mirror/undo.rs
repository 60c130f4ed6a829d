//! Undoing what a run of a mirror deleted, while nobody runs it.

use portolan_catalog::{RunEnd, RunId, RunOutcome, RunReport, RunTotals};
use portolan_transport::Places;

use super::SyncError;
use super::lease::{begin, keeping};
use crate::Engine;
use crate::prune::{Books, UndoneDeletion};

/// What undoing needs beside the mirror.
pub struct UndoOptions<'a> {
    /// All places.
    pub places: &'a Places,
    /// What was written down of the mirror.
    pub books: &'a Books,
    /// Who does it, in words for others who want to run the mirror at the same time.
    pub owner: String,
    /// The run whose deletions are undone; the last one that deleted something if none is said.
    pub run: Option<RunId>,
}

/// What was undone.
#[derive(Debug, Clone)]
pub struct UndoReport {
    /// The run that had deleted it.
    pub run: RunId,
    /// What became of each deletion.
    pub deletions: Vec<UndoneDeletion>,
}

impl Engine {
    /// Puts back what a run of a mirror deleted. What is back is no longer the mirror's own: no prune takes it
    /// away again. `None` if there is nothing to undo.
    ///
    /// # Errors
    /// If another runs the mirror, or if the catalogue fails.
    pub async fn undo(
        &self,
        mirror: &str,
        options: &UndoOptions<'_>,
    ) -> Result<Option<UndoReport>, SyncError> {
        let UndoOptions { places, books, owner, run } = options;
        let Some(run) = books.condemned.deleting_run(mirror, *run).await? else { return Ok(None) };
        let (mut lease, turn) = begin(books, mirror, owner).await?;
        // What failed before has still failed.
        let before = books.runs.last_run(mirror).await?;
        let failures = match &before {
            Some(before) => books.runs.failures(before.id).await?,
            None => Vec::new(),
        };
        let places = turn.places(places);
        let work = async { Ok(self.put_back(run, &places, books).await?) };
        let done = Box::pin(keeping(&books.runs, &mut lease, turn.fence, work)).await;
        if matches!(done, Err(SyncError::Lost { .. })) {
            return done.map(|_| None);
        }
        let outcome = before.and_then(|before| before.ended).map_or(RunOutcome::Done, |ended| ended.outcome);
        let record = RunReport { outcome, totals: RunTotals::default(), failures };
        if books.runs.end_run(&lease, record).await? == RunEnd::TakenOver {
            tracing::warn!(mirror, "another process took the run over before it ended");
        }
        Ok(Some(UndoReport { run, deletions: done? }))
    }
}
