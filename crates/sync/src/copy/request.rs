//! What is to be copied where.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use portolan_oci::{Digest, Platform, TagOrDigest};
use portolan_transport::{PutAs, Source, Target};

use super::ArtifactTypes;

/// One image to copy.
#[derive(Clone)]
pub struct CopyRequest {
    /// Where it is.
    pub source: Arc<dyn Source>,
    /// Which one.
    pub reference: TagOrDigest,
    /// Where it goes.
    pub targets: Vec<CopyTarget>,
    /// How it is carried. Most images of a mirror share theirs.
    pub rules: Arc<CopyRules>,
}

/// What of an image is carried, and what may be overwritten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRules {
    /// Which part of it.
    pub platforms: Platforms,
    /// Whether signatures, SBOMs and attestations go along.
    pub referrers: ReferrerPolicy,
    /// Whether a name that another image has may be moved. (A single copy moves it: that is what it is for.)
    pub moves: Moves,
}

impl CopyRequest {
    /// The digest that was asked for, if it was one.
    pub(crate) fn digest(&self) -> Option<Digest> {
        match &self.reference {
            TagOrDigest::Digest(digest) => Some(*digest),
            TagOrDigest::Tag(_) => None,
        }
    }
}

/// One target of an image.
#[derive(Clone)]
pub struct CopyTarget {
    /// The place.
    pub target: Arc<dyn Target>,
    /// The name that the image gets there.
    pub name: PutAs,
}

/// Which part of an image is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Platforms {
    /// All of it: the digest stays.
    All,
    /// The one manifest for this platform, in place of the index that names it.
    One(Platform),
    /// The index as it is, so that its digest stays, but of the manifests that it names only those for these
    /// platforms. Many registries refuse such an index.
    Sparse(Vec<Platform>),
    /// The index with only the manifests for these platforms: written anew, with a digest of its own. What
    /// belongs to the index as it was stays behind, what belongs to a manifest that is taken goes along. An
    /// image that is no index, or of which nothing is left out, is carried as it is.
    Rewritten(Vec<Platform>),
}

impl Platforms {
    /// The platforms of an index that are taken; nothing for all.
    pub(crate) fn chosen(&self) -> Option<&[Platform]> {
        match self {
            Self::All | Self::One(_) => None,
            Self::Sparse(platforms) | Self::Rewritten(platforms) => Some(platforms),
        }
    }

    /// Stands for what becomes of any image that is written anew.
    pub(crate) fn rule(&self) -> Option<Digest> {
        let Self::Rewritten(platforms) = self else { return None };
        let platforms: BTreeSet<String> = platforms.iter().map(ToString::to_string).collect();
        // The number counts the ways in which this was ever done.
        Some(Digest::sha256(format!("index 1 {}", Vec::from_iter(platforms).join(" ")).as_bytes()))
    }
}

/// Whether a plan may move a name from one image to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    /// It may.
    Allowed,
    /// It may not: the name is declared never to change.
    Refused,
    /// It stays where it is, and nothing is asked about it: that is no failure.
    Kept,
}

/// Whether what refers to an image is copied with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferrerPolicy {
    /// Signatures, SBOMs, attestations: by `subject`, by fallback tag, by cosign's tags.
    Carry(CarryRules),
    /// The image alone.
    Leave,
}

/// What goes along with an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryRules {
    /// Which of what refers to the image. Cosign's tags count as the types that cosign gives to the same things
    /// where they refer by `subject`.
    pub types: ArtifactTypes,
    /// How long what a source was found to list for an unmoved image is believed.
    pub recheck: Duration,
}

impl ReferrerPolicy {
    /// All that refers to an image; a plan asks for it once an hour where the image has not moved.
    pub const ALL: Self =
        Self::Carry(CarryRules { types: ArtifactTypes::All, recheck: Duration::from_hours(1) });
}
