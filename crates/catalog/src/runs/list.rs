//! Runs that were.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, Select};

use super::entities::run;
use super::{Run, RunId, Runs};
use crate::{CatalogError, stored};

impl Runs {
    /// The last runs of the mirror, the latest first; at most `limit`, and never more than 2,000.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn runs(&self, mirror: &str, limit: u64) -> Result<Vec<Run>, CatalogError> {
        self.runs_before(Some(mirror), None, limit).await
    }

    /// The last runs of all mirrors, as [`runs`](Self::runs).
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn all_runs(&self, limit: u64) -> Result<Vec<Run>, CatalogError> {
        self.runs_before(None, None, limit).await
    }

    /// The runs before this one, of one mirror or of all, as [`runs`](Self::runs).
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn runs_before(
        &self,
        mirror: Option<&str>,
        before: Option<RunId>,
        limit: u64,
    ) -> Result<Vec<Run>, CatalogError> {
        let readers = self.opening.readers().await?;
        let latest = run::Entity::find().order_by_desc(run::Column::Id).limit(limit.min(stored::PAGE));
        let latest = latest
            .apply_if(mirror, |runs, mirror| runs.filter(run::Column::Mirror.eq(mirror)))
            .apply_if(before, |runs, before| runs.filter(run::Column::Id.lt(before.get())));
        let rows = latest.all(&readers).await.map_err(CatalogError::database)?;
        rows.into_iter().map(Run::read).collect()
    }

    /// The run of this number.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn run(&self, id: RunId) -> Result<Option<Run>, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = run::Entity::find_by_id(id.get()).one(&readers).await.map_err(CatalogError::database)?;
        row.map(Run::read).transpose()
    }

    /// The last run of the mirror that has ended. Asked by who has just begun a run: before, a run that was
    /// killed is not noted as ended.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn last_run(&self, mirror: &str) -> Result<Option<Run>, CatalogError> {
        let readers = self.opening.readers().await?;
        let ended = of(mirror).filter(run::Column::EndedAt.is_not_null());
        let row = ended.one(&readers).await.map_err(CatalogError::database)?;
        row.map(Run::read).transpose()
    }
}

fn of(mirror: &str) -> Select<run::Entity> {
    run::Entity::find().filter(run::Column::Mirror.eq(mirror)).order_by_desc(run::Column::Id)
}
