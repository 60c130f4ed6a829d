//! The repositories.

use portolan_oci::RepositoryName;

use super::Content;
use crate::{CatalogError, sql};

/// Some of the repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryPage {
    /// Their names, in byte order.
    pub names: Vec<RepositoryName>,
    /// Whether there are more after them.
    pub more: bool,
}

pub(super) const PAGE: &str =
    "SELECT name FROM content_repository WHERE name > ? AND manifests > 0 ORDER BY name LIMIT ?";

impl Content {
    /// The repositories that show anything, in byte order: those after a text, which need not be a name, and no
    /// more than so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn repositories(
        &self,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Result<RepositoryPage, CatalogError> {
        let values = [after.unwrap_or_default().into(), sql::one_more_than(limit).into()];
        let rows = sql::all(&self.readers().await?, PAGE, values).await?;
        let wanted = limit.map_or(rows.len(), |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let names = rows.iter().take(wanted).map(|row| row.parsed(0, "repository"));
        Ok(RepositoryPage { names: names.collect::<Result<_, _>>()?, more: rows.len() > wanted })
    }
}
