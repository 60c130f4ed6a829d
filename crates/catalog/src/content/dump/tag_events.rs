//! All that is known of the tags of a repository: what each names is what its last event says.

use jiff::Timestamp;
use portolan_oci::{Digest, Tag};

use super::super::Content;
use super::{DumpedRepository, PAGE, page};
use crate::changes::ChangeCause;
use crate::{CatalogError, sql, stored};

/// Something that happened to a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedEvent {
    /// The tag.
    pub tag: Tag,
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

/// Some of what happened to the tags of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedEvents {
    /// By tag and revision.
    pub events: Vec<DumpedEvent>,
    /// After which the next page begins, if there is one.
    pub next: Option<(Tag, u64)>,
}

pub(in crate::content) const EVENTS: &str = "SELECT name, revision, digest, at, cause, actor \
    FROM content_tag_event WHERE repository_id = ? AND name >= ? AND (name > ? OR revision > ?) \
    ORDER BY name, revision LIMIT ?";

impl Content {
    /// A page of what happened to the repository's tags, after this tag and revision.
    ///
    /// # Errors
    /// As any read.
    pub async fn dump_tag_events(
        &self,
        repository: &DumpedRepository,
        after: Option<&(Tag, u64)>,
    ) -> Result<DumpedEvents, CatalogError> {
        let (tag, revision) = match after {
            None => ("", 0),
            Some((tag, revision)) => (tag.as_str(), stored::count("revision", *revision)?),
        };
        let values = [repository.id.into(), tag.into(), tag.into(), revision.into(), page().into()];
        let rows = sql::all(&self.readers().await?, EVENTS, values).await?;
        let events: Vec<DumpedEvent> = rows.iter().map(DumpedEvent::read).collect::<Result<_, _>>()?;
        let last = events.last().filter(|_| rows.len() == PAGE);
        Ok(DumpedEvents { next: last.map(|event| (event.tag.clone(), event.revision)), events })
    }
}

impl DumpedEvent {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            tag: row.parsed(0, "tag")?,
            revision: row.count(1, "revision")?,
            digest: row.digest_or_none(2)?,
            at: row.time(3)?,
            cause: ChangeCause::read(&row.get::<String>(4)?)?,
            actor: row.get(5)?,
        })
    }
}
