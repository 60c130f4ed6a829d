//! The row of a repository: its lock, its revision, how many manifests it shows.

use portolan_oci::RepositoryName;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use crate::sql::{self, Insert, There};
use crate::{CatalogError, stored};

/// A repository whose row is locked to the end of the transaction.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) id: i64,
    /// Grows by one with each transaction that changes tags or manifests.
    pub(super) revision: u64,
    /// How many manifests are to be seen.
    pub(super) manifests: u64,
}

const NEW: Insert<4> = Insert {
    table: "content_repository",
    columns: ["name", "revision", "manifests", "created_at"],
    there: There::Stays(&["name"]),
};

/// The number of a repository, which it gets now if it has none. A row is never removed.
pub(super) async fn id(
    transaction: &DatabaseTransaction,
    repository: &RepositoryName,
) -> Result<i64, CatalogError> {
    if let Some(id) = find_id(transaction, repository).await? {
        return Ok(id);
    }
    make(transaction, repository).await?;
    find_id(transaction, repository).await?.ok_or_else(|| lost(repository))
}

/// The number of a repository, if it has one.
pub(super) async fn find_id(
    database: &impl ConnectionTrait,
    repository: &RepositoryName,
) -> Result<Option<i64>, CatalogError> {
    let name = [repository.as_str().into()];
    let row = sql::one(database, "SELECT id FROM content_repository WHERE name = ?", name).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Locks the row of a repository, if it has one.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    repository: &RepositoryName,
) -> Result<Option<Locked>, CatalogError> {
    let sql = "SELECT id, revision, manifests FROM content_repository WHERE name = ?";
    let rows = sql::lock(transaction, sql, [repository.as_str().into()]).await?;
    rows.first().map(Locked::read).transpose()
}

/// Locks the row of a repository, which is made now if there is none.
pub(super) async fn lock_or_make(
    transaction: &DatabaseTransaction,
    repository: &RepositoryName,
) -> Result<Locked, CatalogError> {
    if let Some(locked) = lock(transaction, repository).await? {
        return Ok(locked);
    }
    make(transaction, repository).await?;
    lock(transaction, repository).await?.ok_or_else(|| lost(repository))
}

async fn make(transaction: &DatabaseTransaction, repository: &RepositoryName) -> Result<(), CatalogError> {
    let row = [repository.as_str().into(), 0_i64.into(), 0_i64.into(), stored::now().into()];
    NEW.rows(transaction, vec![row]).await
}

fn lost(repository: &RepositoryName) -> CatalogError {
    CatalogError::database(DbErr::RecordNotFound(format!("repository {repository}")))
}

impl Locked {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            id: row.get(0)?,
            revision: row.count(1, "revision")?,
            manifests: row.count(2, "number of manifests")?,
        })
    }

    /// Begins to change tags or manifests: this is the revision of what is written from now on.
    pub(super) fn advance(&mut self) -> Result<i64, CatalogError> {
        self.revision = self.revision.saturating_add(1);
        stored::count("revision", self.revision)
    }

    /// Writes the revision and the number of manifests.
    pub(super) async fn save(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let sql = "UPDATE content_repository SET revision = ?, manifests = ? WHERE id = ?";
        let revision = stored::count("revision", self.revision)?;
        let manifests = stored::count("number of manifests", self.manifests)?;
        sql::execute(transaction, sql, [revision.into(), manifests.into(), self.id.into()]).await.map(drop)
    }
}
