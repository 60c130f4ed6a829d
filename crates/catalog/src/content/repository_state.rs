//! In which state a repository is.

use portolan_oci::RepositoryName;

use super::Content;
use crate::{CatalogError, sql};

/// In which state a repository is: what was read of it in the same state is still true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RepositoryState {
    /// The number that stands for the repository, for ever.
    pub id: i64,
    /// Grows by one with each change of its tags or manifests.
    pub revision: u64,
}

impl Content {
    /// The state of the repository, if there is one of this name that shows anything.
    ///
    /// # Errors
    /// As any read.
    pub async fn repository_state(
        &self,
        repository: &RepositoryName,
    ) -> Result<Option<RepositoryState>, CatalogError> {
        let sql = "SELECT id, revision FROM content_repository WHERE name = ? AND manifests > 0";
        let row = sql::one(&self.readers().await?, sql, [repository.as_str().into()]).await?;
        row.map(|row| Ok(RepositoryState { id: row.get(0)?, revision: row.count(1, "revision")? }))
            .transpose()
    }
}
