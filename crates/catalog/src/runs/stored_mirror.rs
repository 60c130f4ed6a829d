//! Mirrors that no file has: they were made through the API.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Runs;
use crate::access::audit::{self, Actor};
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{AuditAction, CatalogError, database, sql, stored};

/// A mirror as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMirror {
    /// Its name.
    pub name: String,
    /// What it is, in the words of who made it.
    pub settings: String,
    /// Grows with each change of it, and is never what it was, even if the mirror was deleted in between.
    pub revision: u64,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// What is changed, for a change that is to hit nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Anything,
    /// Nothing is there.
    Nothing,
    /// It has this revision.
    Revision(u64),
}

/// What became of a change of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MirrorChange {
    /// It is there now with this revision, and was not before.
    Made(u64),
    /// It was changed, and has this revision now.
    Changed(u64),
    /// It is gone, with what it was asked and told.
    Deleted,
    /// There is none.
    NoSuchMirror,
    /// What is there is not what was expected.
    Unexpected,
}

struct Put {
    name: String,
    settings: String,
    expected: Expected,
    by: Actor,
    now: i64,
}

struct Delete {
    name: String,
    expected: Expected,
    by: Actor,
    now: i64,
}

const MIRROR: Insert<5> = Insert {
    table: "stored_mirror",
    columns: ["name", "settings", "revision", "changed_at", "changed_by"],
    there: There::Gets { key: &["name"], columns: &["settings", "revision", "changed_at", "changed_by"] },
};

/// What goes with it.
const ITS: [&str; 6] = [
    "DELETE FROM stored_mirror WHERE name = ?",
    "DELETE FROM mirror_pause WHERE mirror = ?",
    "DELETE FROM mirror_schedule WHERE mirror = ?",
    "DELETE FROM awaited_image WHERE mirror = ?",
    "DELETE FROM asked_run WHERE mirror = ?",
    "DELETE FROM arrival WHERE mirror = ?",
];

impl Runs {
    /// All mirrors that were made so, by their names.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn stored_mirrors(&self) -> Result<Vec<StoredMirror>, CatalogError> {
        let sql = "SELECT name, settings, revision, changed_at, changed_by FROM stored_mirror ORDER BY name";
        let rows = sql::all(&self.opening.readers().await?, sql, []).await?;
        rows.iter().map(StoredMirror::read).collect()
    }

    /// Makes a mirror, or changes it.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn store_mirror(
        &self,
        name: &str,
        settings: &str,
        expected: Expected,
        by: &str,
    ) -> Result<MirrorChange, CatalogError> {
        let (name, settings) = (name.to_owned(), stored::text(settings));
        let operation = Put { name, settings, expected, by: Actor::new(by), now: stored::now() };
        self.writer.write(operation).await
    }

    /// Deletes a mirror that was made so. What it brought stays.
    ///
    /// # Errors
    /// As any write: [`CatalogError::Busy`], [`CatalogError::Full`], [`CatalogError::Database`].
    pub async fn delete_mirror(
        &self,
        name: &str,
        expected: Expected,
        by: &str,
    ) -> Result<MirrorChange, CatalogError> {
        let operation = Delete { name: name.to_owned(), expected, by: Actor::new(by), now: stored::now() };
        self.writer.write(operation).await
    }
}

impl StoredMirror {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            name: row.get(0)?,
            settings: row.get(1)?,
            revision: row.count(2, "revision of a mirror")?,
            changed_at: row.time(3)?,
            changed_by: row.get(4)?,
        })
    }
}

impl Expected {
    fn is_so(self, revision: Option<i64>) -> bool {
        match self {
            Self::Anything => true,
            Self::Nothing => revision.is_none(),
            Self::Revision(expected) => revision.is_some_and(|there| i64::try_from(expected) == Ok(there)),
        }
    }
}

/// Holds the name, and says which revision it has.
async fn revision(transaction: &DatabaseTransaction, name: &str) -> Result<Option<i64>, CatalogError> {
    database::hold(transaction, &format!("mirror:{name}")).await?;
    let sql = "SELECT revision FROM stored_mirror WHERE name = ?";
    sql::one(transaction, sql, [name.into()]).await?.map(|row| row.get(0)).transpose()
}

#[async_trait]
impl Operation for Put {
    type Reply = MirrorChange;
    const NAME: &'static str = "store_mirror";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<MirrorChange, CatalogError> {
        let name = self.name.as_str();
        let before = revision(transaction, name).await?;
        if !self.expected.is_so(before) {
            return Ok(MirrorChange::Unexpected);
        }
        // A time: one that is deleted and made again is another.
        let new = before.map_or(self.now, |before| self.now.max(before + 1));
        let row = [
            name.into(),
            self.settings.as_str().into(),
            new.into(),
            self.now.into(),
            self.by.as_str().into(),
        ];
        MIRROR.rows(transaction, vec![row]).await?;
        audit::write(transaction, self.now, &self.by, (AuditAction::PutMirror, name, &self.settings)).await?;
        let revision = u64::try_from(new).unwrap_or_default();
        Ok(if before.is_some() { MirrorChange::Changed(revision) } else { MirrorChange::Made(revision) })
    }
}

#[async_trait]
impl Operation for Delete {
    type Reply = MirrorChange;
    const NAME: &'static str = "delete_mirror";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<MirrorChange, CatalogError> {
        let name = self.name.as_str();
        let before = revision(transaction, name).await?;
        if before.is_none() {
            return Ok(MirrorChange::NoSuchMirror);
        }
        if !self.expected.is_so(before) {
            return Ok(MirrorChange::Unexpected);
        }
        for sql in ITS {
            sql::execute(transaction, sql, [name.into()]).await?;
        }
        audit::write(transaction, self.now, &self.by, (AuditAction::DeleteMirror, name, "")).await?;
        Ok(MirrorChange::Deleted)
    }
}
