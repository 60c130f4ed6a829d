//! Mirrors that are run at other times than the configuration says.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::Runs;
use super::entities::schedule;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// When a mirror is run in place of what the configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reschedule {
    /// The schedule, as it was given.
    pub schedule: String,
    /// Since then.
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
}

struct SetSchedule {
    mirror: String,
    schedule: String,
    by: String,
    at: i64,
}

impl Runs {
    /// Has a mirror run by this schedule from now on, whatever the configuration says.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn reschedule(&self, mirror: &str, schedule: &str, by: &str) -> Result<(), CatalogError> {
        let (mirror, schedule, by) = (mirror.to_owned(), schedule.to_owned(), by.to_owned());
        self.writer.write(SetSchedule { mirror, schedule, by, at: stored::now() }).await
    }

    /// By which schedule a mirror is run in place of that of the configuration, if by any.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn rescheduled(&self, mirror: &str) -> Result<Option<Reschedule>, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = schedule::Entity::find_by_id(mirror).one(&readers).await.map_err(CatalogError::database)?;
        row.map(|row| {
            Ok(Reschedule { schedule: row.schedule, at: stored::time(row.set_at)?, by: row.set_by })
        })
        .transpose()
    }
}

#[async_trait]
impl Operation for SetSchedule {
    type Reply = ();
    const NAME: &'static str = "set_schedule";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let row = schedule::ActiveModel {
            mirror: Set(self.mirror.clone()),
            schedule: Set(self.schedule.clone()),
            set_at: Set(self.at),
            set_by: Set(self.by.clone()),
        };
        let there = OnConflict::column(schedule::Column::Mirror)
            .update_columns([schedule::Column::Schedule, schedule::Column::SetAt, schedule::Column::SetBy])
            .to_owned();
        let inserted = schedule::Entity::insert(row).on_conflict(there).exec_without_returning(transaction);
        inserted.await.map_err(CatalogError::database)?;
        Ok(())
    }
}
