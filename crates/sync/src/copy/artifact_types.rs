//! Which kinds of artifact are taken.

use std::collections::BTreeSet;

use portolan_oci::{Digest, MediaType, Tag};

/// Which kinds of artifact are taken, by their artifact types (distribution-spec, "Listing Referrers").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactTypes {
    /// All.
    All,
    /// These.
    Only(Vec<MediaType>),
}

impl ArtifactTypes {
    /// Whether what has this type is taken. What has none is taken where everything is.
    pub fn take(&self, artifact_type: Option<&MediaType>) -> bool {
        match self {
            Self::All => true,
            Self::Only(types) => artifact_type.is_some_and(|artifact_type| types.contains(artifact_type)),
        }
    }

    /// How the journal names the index under a fallback tag of which only these types are carried.
    pub(crate) fn part_of(&self, tag: &Tag) -> String {
        let types: BTreeSet<&str> = match self {
            Self::All => BTreeSet::new(),
            Self::Only(types) => types.iter().map(MediaType::as_str).collect(),
        };
        format!("{tag}?only={}", Digest::sha256(Vec::from_iter(types).join(" ").as_bytes()).encoded())
    }
}
