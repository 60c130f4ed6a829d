//! Runs that see to some of the images of their mirror only: they do not count where it is asked when the mirror was
//! run.

use async_trait::async_trait;
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait, QueryFilter as _, QueryOrder as _, Set};

use super::entities::{part, run};
use super::{Run, RunId, Runs};
use crate::CatalogError;
use crate::writer::Operation;

struct NotePart(RunId);

impl Runs {
    /// Notes that a run sees to some of the images of its mirror only.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn note_part(&self, run: RunId) -> Result<(), CatalogError> {
        self.writer.write(NotePart(run)).await
    }

    /// The last run of the mirror that saw to all of its images, whether it has ended or not.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn last_whole_run(&self, mirror: &str) -> Result<Option<Run>, CatalogError> {
        let readers = self.opening.readers().await?;
        let parts = Query::select().column(part::Column::RunId).from(part::Entity).take();
        let row = run::Entity::find()
            .filter(run::Column::Mirror.eq(mirror))
            .filter(run::Column::Id.not_in_subquery(parts))
            .order_by_desc(run::Column::Id)
            .one(&readers);
        row.await.map_err(CatalogError::database)?.map(Run::read).transpose()
    }
}

#[async_trait]
impl Operation for NotePart {
    type Reply = ();
    const NAME: &'static str = "note_part";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let there = OnConflict::column(part::Column::RunId).do_nothing_on([part::Column::RunId]).to_owned();
        let inserted =
            part::Entity::insert(part::ActiveModel { run_id: Set(self.0.get()) }).on_conflict(there);
        inserted.exec_without_returning(transaction).await.map_err(CatalogError::database)?;
        Ok(())
    }
}
