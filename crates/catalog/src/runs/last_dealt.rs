//! The last run of a mirror that says something about its images.

use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::entities::run;
use super::{Run, RunOutcome, Runs};
use crate::CatalogError;

impl Runs {
    /// The last run of the mirror that has ended and came to its images: not one that broke off before, since its source
    /// could not be asked.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn last_dealt(&self, mirror: &str) -> Result<Option<Run>, CatalogError> {
        let readers = self.opening.readers().await?;
        let came = Condition::any()
            .add(run::Column::Outcome.ne(RunOutcome::Failed.name()))
            .add(run::Column::Images.gt(0));
        let row = run::Entity::find()
            .filter(run::Column::Mirror.eq(mirror))
            .filter(run::Column::EndedAt.is_not_null())
            .filter(came)
            .order_by_desc(run::Column::Id)
            .one(&readers);
        row.await.map_err(CatalogError::database)?.map(Run::read).transpose()
    }
}
