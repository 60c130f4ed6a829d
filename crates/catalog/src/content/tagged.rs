//! Tags with what they name.

use portolan_oci::{Descriptor, RepositoryName, Tag};

use super::Content;
use crate::{CatalogError, sql};

pub(super) const TAGGED: &str = "SELECT t.name, t.media_type, t.digest, t.size FROM content_repository r \
    JOIN content_tag t ON t.repository_id = r.id WHERE r.name = ? AND t.name > ? ORDER BY t.name LIMIT ?";

impl Content {
    /// Tags of a repository with the descriptors of their manifests, in byte order, those after this one, up to so
    /// many.
    ///
    /// # Errors
    /// As any read.
    pub async fn tagged(
        &self,
        repository: &RepositoryName,
        after: Option<&Tag>,
        limit: u32,
    ) -> Result<Vec<(Tag, Descriptor)>, CatalogError> {
        let values =
            [repository.as_str().into(), after.map_or("", Tag::as_str).into(), i64::from(limit).into()];
        let rows = sql::all(&self.readers().await?, TAGGED, values).await?;
        let read = |row: &sql::Row| {
            let named = Descriptor::new(row.parsed(1, "media type")?, row.digest(2)?, row.count(3, "size")?);
            Ok((row.parsed(0, "tag")?, named))
        };
        rows.iter().map(read).collect()
    }
}
