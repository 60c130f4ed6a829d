//! Mirrors that are not run by themselves for now.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::Runs;
use super::entities::pause;
use crate::access::audit::{self, Actor};
use crate::database::hold;
use crate::writer::Operation;
use crate::{AuditAction, CatalogError, stored};

/// Since when a mirror is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Since then.
    pub at: Timestamp,
    /// Who paused it.
    pub by: String,
}

struct PauseMirror {
    mirror: String,
    by: Actor,
    at: i64,
}

struct ResumeMirror {
    mirror: String,
    by: Actor,
    at: i64,
}

impl Runs {
    /// Keeps a mirror from being run by itself until it is [resumed](Self::resume); one that is paused stays as it is.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn pause(&self, mirror: &str, by: &str) -> Result<(), CatalogError> {
        let operation = PauseMirror { mirror: mirror.to_owned(), by: Actor::new(by), at: stored::now() };
        self.writer.write(operation).await
    }

    /// Lets a mirror be run by itself again; one that is not paused stays as it is.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn resume(&self, mirror: &str, by: &str) -> Result<(), CatalogError> {
        let operation = ResumeMirror { mirror: mirror.to_owned(), by: Actor::new(by), at: stored::now() };
        self.writer.write(operation).await
    }

    /// Since when the mirror is paused; `None` if it is not.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn paused(&self, mirror: &str) -> Result<Option<Pause>, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = pause::Entity::find_by_id(mirror).one(&readers).await.map_err(CatalogError::database)?;
        row.map(|row| Ok(Pause { at: stored::time(row.paused_at)?, by: row.paused_by })).transpose()
    }
}

#[async_trait]
impl Operation for PauseMirror {
    type Reply = ();
    const NAME: &'static str = "pause_mirror";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let mirror = self.mirror.as_str();
        hold(transaction, &format!("pause:{mirror}")).await?;
        let there = pause::Entity::find_by_id(mirror).one(transaction).await;
        if there.map_err(CatalogError::database)?.is_some() {
            return Ok(());
        }
        let row = pause::ActiveModel {
            mirror: Set(self.mirror.clone()),
            paused_at: Set(self.at),
            paused_by: Set(self.by.as_str().to_owned()),
        };
        let inserted = pause::Entity::insert(row).exec_without_returning(transaction);
        inserted.await.map_err(CatalogError::database)?;
        audit::write(transaction, self.at, &self.by, (AuditAction::PauseMirror, mirror, "")).await
    }
}

#[async_trait]
impl Operation for ResumeMirror {
    type Reply = ();
    const NAME: &'static str = "resume_mirror";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let mirror = self.mirror.as_str();
        hold(transaction, &format!("pause:{mirror}")).await?;
        let deleted = pause::Entity::delete_by_id(mirror).exec(transaction).await;
        if deleted.map_err(CatalogError::database)?.rows_affected == 0 {
            return Ok(());
        }
        audit::write(transaction, self.at, &self.by, (AuditAction::ResumeMirror, mirror, "")).await
    }
}
