//! The last run of a mirror that succeeded.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::entities::{part, run};
use super::{Run, RunOutcome, Runs};
use crate::CatalogError;

impl Runs {
    /// The last run of the mirror that saw to all of its images and in which none failed.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn last_success(&self, mirror: &str) -> Result<Option<Run>, CatalogError> {
        let readers = self.opening.readers().await?;
        let parts = Query::select().column(part::Column::RunId).from(part::Entity).take();
        let row = run::Entity::find()
            .filter(run::Column::Mirror.eq(mirror))
            .filter(run::Column::Outcome.eq(RunOutcome::Done.name()))
            .filter(run::Column::Id.not_in_subquery(parts))
            .order_by_desc(run::Column::Id)
            .one(&readers);
        row.await.map_err(CatalogError::database)?.map(Run::read).transpose()
    }
}
