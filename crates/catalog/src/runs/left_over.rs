//! What failed in a run and may succeed in the next.

use jiff::Timestamp;

use super::{FailedImage, RunId, RunOutcome, Runs};
use crate::{CatalogError, sql};

/// What a mirror's last run left undone that may be done a little later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOver {
    /// That run.
    pub run: RunId,
    /// When it ended.
    pub at: Timestamp,
}

impl Runs {
    /// The [last run that came to its images](Self::last_dealt), if it was not interrupted and one of them failed for a
    /// cause that may pass.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn left_over(&self, mirror: &str) -> Result<Option<LeftOver>, CatalogError> {
        let Some(last) = self.last_dealt(mirror).await? else { return Ok(None) };
        let Some(ended) = last.ended.filter(|ended| ended.outcome != RunOutcome::Interrupted) else {
            return Ok(None);
        };
        let readers = self.opening.readers().await?;
        let some = "SELECT number FROM run_failure WHERE run_id = ? AND retryable = ? LIMIT 1";
        let some = sql::one(&readers, some, [last.id.get().into(), true.into()]).await?;
        Ok(some.map(|_| LeftOver { run: last.id, at: ended.at }))
    }

    /// The images that failed in that run for a cause that may pass.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn images_left_over(&self, left: LeftOver) -> Result<Vec<FailedImage>, CatalogError> {
        let mut failures = self.failures(left.run).await?;
        failures.retain(|failed| failed.is_retryable);
        Ok(failures)
    }
}
