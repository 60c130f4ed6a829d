//! The run whose deletions can be undone.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Condemned;
use super::entities::deletion;
use crate::runs::entities::run;
use crate::{CatalogError, RunId};

impl Condemned {
    /// The last run of the mirror whose deletions are not all forgotten; `only` asks for this one.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn deleting_run(
        &self,
        mirror: &str,
        only: Option<RunId>,
    ) -> Result<Option<RunId>, CatalogError> {
        let readers = self.opening.readers().await?;
        let of_mirror = Query::select()
            .column(run::Column::Id)
            .from(run::Entity)
            .and_where(run::Column::Mirror.eq(mirror))
            .take();
        let mut of_runs = deletion::Entity::find().filter(deletion::Column::RunId.in_subquery(of_mirror));
        if let Some(only) = only {
            of_runs = of_runs.filter(deletion::Column::RunId.eq(only.get()));
        }
        let last: Option<i64> = of_runs
            .select_only()
            .column(deletion::Column::RunId)
            .order_by_desc(deletion::Column::RunId)
            .limit(1)
            .into_tuple()
            .one(&readers)
            .await
            .map_err(CatalogError::database)?;
        Ok(last.map(RunId::new))
    }
}
