//! What our own store holds, and how it changes.

use jiff::Timestamp;
use portolan_catalog::{Change, TagEvent};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Repository)]
pub struct RepositoryData {
    /// Its name.
    pub name: String,
}

/// A tag, and what it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Tag)]
pub struct TagData {
    /// The tag.
    pub name: String,
    /// What it names.
    pub digest: String,
    /// Of which type that is.
    pub media_type: String,
    /// Bytes of its manifest.
    pub size: u64,
    /// Since when.
    pub moved_at: Timestamp,
}

/// An image: a manifest or an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Image)]
pub struct ImageData {
    /// The repository.
    pub repository: String,
    /// Its digest.
    pub digest: String,
    /// Its type.
    pub media_type: String,
    /// Bytes of its manifest.
    pub size: u64,
    /// The manifest, as it was pushed.
    #[schema(value_type = Object)]
    pub manifest: serde_json::Value,
}

/// Something that happened to a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagMove {
    /// The revision of the repository that it made.
    pub revision: u64,
    /// What the tag names since then; `null` if it was deleted.
    #[schema(required)]
    pub digest: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Why.
    #[schema(example = "push")]
    pub cause: String,
    /// Who did it.
    pub actor: String,
}

/// A change of a tag, a manifest or a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeData {
    /// Its number: each has one more than the one before.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What changed.
    #[schema(example = "tag-set")]
    pub kind: String,
    /// In which repository.
    pub repository: String,
    /// The tag, if it is one that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The manifest; of a tag, what it names now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Of a tag, what it named before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The revision of the repository that it made.
    pub revision: u64,
    /// Why.
    #[schema(example = "push")]
    pub cause: String,
    /// Who did it.
    pub actor: String,
}

impl From<TagEvent> for TagMove {
    fn from(event: TagEvent) -> Self {
        Self {
            revision: event.revision,
            digest: event.digest.map(|digest| digest.to_string()),
            at: event.at,
            cause: event.cause.name().to_owned(),
            actor: event.actor,
        }
    }
}

impl From<Change> for ChangeData {
    fn from(change: Change) -> Self {
        Self {
            seq: change.seq,
            at: change.at,
            kind: change.kind.name().to_owned(),
            repository: change.repository.to_string(),
            tag: change.tag.map(|tag| tag.to_string()),
            digest: change.digest.map(|digest| digest.to_string()),
            previous: change.previous.map(|digest| digest.to_string()),
            revision: change.revision,
            cause: change.by.cause.name().to_owned(),
            actor: change.by.actor().to_owned(),
        }
    }
}
