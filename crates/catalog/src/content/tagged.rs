//! Tags with what they name.

use jiff::Timestamp;
use portolan_oci::{Descriptor, RepositoryName, Tag};

use super::Content;
use crate::{CatalogError, sql};

pub(super) const TAGGED: &str = "SELECT t.name, t.media_type, t.digest, t.size, t.moved_at FROM content_repository r \
    JOIN content_tag t ON t.repository_id = r.id WHERE r.name = ? AND t.name > ? ORDER BY t.name LIMIT ?";

/// A tag, and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedManifest {
    /// The tag.
    pub tag: Tag,
    /// What it names.
    pub manifest: Descriptor,
    /// Since when.
    pub moved_at: Timestamp,
}

impl Content {
    /// Tags of a repository with what they name, in byte order, those after this text, which need not be a tag, up to so
    /// many.
    ///
    /// # Errors
    /// As any read.
    pub async fn tagged(
        &self,
        repository: &RepositoryName,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<NamedManifest>, CatalogError> {
        let values = [repository.as_str().into(), after.unwrap_or_default().into(), i64::from(limit).into()];
        let rows = sql::all(&self.readers().await?, TAGGED, values).await?;
        let read = |row: &sql::Row| {
            let manifest =
                Descriptor::new(row.parsed(1, "media type")?, row.digest(2)?, row.count(3, "size")?);
            Ok(NamedManifest { tag: row.parsed(0, "tag")?, manifest, moved_at: row.time(4)? })
        };
        rows.iter().map(read).collect()
    }
}
