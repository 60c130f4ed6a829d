//! All repositories, also those that show nothing.

use portolan_oci::RepositoryName;

use super::super::Content;
use super::page;
use crate::{CatalogError, sql};

/// A repository whose content is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedRepository {
    pub(super) id: i64,
    /// Its name.
    pub name: RepositoryName,
    /// Its revision when it was read, before its content.
    pub revision: u64,
}

pub(in crate::content) const REPOSITORIES: &str =
    "SELECT id, name, revision FROM content_repository WHERE id > ? ORDER BY id LIMIT ?";

impl Content {
    /// A page of all repositories, those after this one; empty behind the last.
    ///
    /// # Errors
    /// As any read.
    pub async fn dump_repositories(
        &self,
        after: Option<&DumpedRepository>,
    ) -> Result<Vec<DumpedRepository>, CatalogError> {
        let beyond = after.map_or(0, |after| after.id);
        let rows = sql::all(&self.readers().await?, REPOSITORIES, [beyond.into(), page().into()]).await?;
        let read = |row: &sql::Row| {
            Ok(DumpedRepository {
                id: row.get(0)?,
                name: row.parsed(1, "repository")?,
                revision: row.count(2, "revision")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
