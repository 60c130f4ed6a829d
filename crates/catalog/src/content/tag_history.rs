//! What happened to a tag.

use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName, Tag};

use super::Content;
use crate::changes::ChangeCause;
use crate::{CatalogError, sql, stored};

/// Something that happened to a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagEvent {
    /// The revision of the repository that it made.
    pub revision: u64,
    /// What the tag names since then; nothing if it was deleted.
    pub digest: Option<Digest>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: ChangeCause,
    /// Who did it.
    pub actor: String,
}

/// Events of one answer.
const EVENTS: i64 = 100;

pub(super) const HISTORY: &str = "SELECT e.revision, e.digest, e.at, e.cause, e.actor FROM content_repository r \
    JOIN content_tag_event e ON e.repository_id = r.id AND e.name = ? AND e.revision < ? \
    WHERE r.name = ? ORDER BY e.revision DESC LIMIT ?";

impl Content {
    /// What happened to the tag, the last first: up to a hundred events, those before a revision if one is given.
    ///
    /// # Errors
    /// As any read.
    pub async fn tag_history(
        &self,
        repository: &RepositoryName,
        tag: &Tag,
        before: Option<u64>,
    ) -> Result<Vec<TagEvent>, CatalogError> {
        let before = before.map_or(Ok(i64::MAX), |before| stored::count("revision", before))?;
        let values = [tag.as_str().into(), before.into(), repository.as_str().into(), EVENTS.into()];
        let rows = sql::all(&self.readers().await?, HISTORY, values).await?;
        rows.iter().map(TagEvent::read).collect()
    }
}

impl TagEvent {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            revision: row.count(0, "revision")?,
            digest: row.digest_or_none(1)?,
            at: row.time(2)?,
            cause: ChangeCause::read(&row.get::<String>(3)?)?,
            actor: row.get(4)?,
        })
    }
}
