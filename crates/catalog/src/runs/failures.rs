//! The images that failed in a run.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::failure;
use super::{RunId, Runs};
use crate::{CatalogError, stored};

/// An image that failed in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedImage {
    /// Its reference at the source.
    pub source: String,
    /// Its reference at the target.
    pub target: String,
    /// Why, with the causes below; free of secrets.
    pub cause: String,
    /// Whether the same may succeed a little later.
    pub is_retryable: bool,
}

impl Runs {
    /// The images that failed in the run, in the order of its report.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn failures(&self, run: RunId) -> Result<Vec<FailedImage>, CatalogError> {
        let readers = self.opening.readers().await?;
        let mut all = Vec::new();
        let mut after = -1;
        loop {
            let rows = failure::Entity::find()
                .filter(failure::Column::RunId.eq(run.get()))
                .filter(failure::Column::Number.gt(after))
                .order_by_asc(failure::Column::Number)
                .limit(stored::PAGE)
                .all(&readers)
                .await
                .map_err(CatalogError::database)?;
            let Some(last) = rows.last() else { return Ok(all) };
            after = last.number;
            all.extend(rows.into_iter().map(FailedImage::read));
        }
    }
}

impl Runs {
    /// Some of the images that failed in the run, with their numbers, by these: those after a number, and no more than
    /// so many.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn failures_after(
        &self,
        run: RunId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<(i64, FailedImage)>, CatalogError> {
        let readers = self.opening.readers().await?;
        let rows = failure::Entity::find()
            .filter(failure::Column::RunId.eq(run.get()))
            .filter(failure::Column::Number.gt(after.unwrap_or(-1)))
            .order_by_asc(failure::Column::Number)
            .limit(u64::from(limit))
            .all(&readers)
            .await
            .map_err(CatalogError::database)?;
        Ok(rows.into_iter().map(|row| (row.number, FailedImage::read(row))).collect())
    }
}

impl FailedImage {
    fn read(row: failure::Model) -> Self {
        Self { source: row.source, target: row.target, cause: row.cause, is_retryable: row.retryable }
    }
}
