//! A plan in a file: what is to be done, and the manifests that were read for it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use portolan_oci::{Descriptor, Digest, MediaType, Platform, RawManifest, RawManifestError, Tag};
use serde::{Deserialize, Serialize};

use super::planned::PlannedImage;
use crate::copy::{ImageTree, Member, PartOf, ReferrerList, Role};
use crate::prune::SavedPrune;
use crate::settings::MirrorName;
use crate::{Platforms, PruneReport, PruneScope, ReferrerPolicy};

/// The version of the format.
const VERSION: u32 = 2;

/// A plan as it is kept in a file (JSON). Only what is to be done is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    version: u32,
    /// When the plan was saved.
    pub made_at: Timestamp,
    pub(super) mirrors: Vec<SavedMirror>,
}

/// What is planned for one mirror.
#[derive(Clone, Copy)]
pub struct MirrorPlan<'a> {
    /// The mirror.
    pub name: &'a MirrorName,
    /// The images that it wants.
    pub images: &'a [PlannedImage],
    /// What becomes of what it no longer wants, if it prunes.
    pub prune: Option<(&'a PruneScope, &'a PruneReport)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedMirror {
    pub(super) name: MirrorName,
    pub(super) images: Vec<SavedImage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) prune: Option<SavedPrune>,
}

/// Why a file is no plan.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanError {
    /// It is not what this program writes.
    #[error("it is no plan")]
    Format(#[source] serde_json::Error),
    /// It was made by another version.
    #[error("it is a plan of version {0}, and only version {VERSION} is understood: make the plan anew")]
    Version(u32),
}

impl SavedPlan {
    /// A plan, to be written to a file.
    pub fn new<'a>(mirrors: impl IntoIterator<Item = MirrorPlan<'a>>) -> Self {
        let mirrors = mirrors.into_iter().filter_map(SavedMirror::new).collect();
        Self { version: VERSION, made_at: Timestamp::now(), mirrors }
    }

    /// A plan as read from a file.
    ///
    /// # Errors
    /// If it is none, or one of another version.
    pub fn parse(text: &[u8]) -> Result<Self, SavedPlanError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_slice(text).map_err(SavedPlanError::Format)?;
        if head.version != VERSION {
            return Err(SavedPlanError::Version(head.version));
        }
        serde_json::from_slice(text).map_err(SavedPlanError::Format)
    }
}

impl SavedMirror {
    /// Nothing for a mirror with nothing to do.
    fn new(plan: MirrorPlan<'_>) -> Option<Self> {
        let work = plan.images.iter().filter(|image| image.needs_work());
        let images: Vec<_> = work.filter_map(SavedImage::new).collect();
        let prune = plan.prune.and_then(|(scope, report)| SavedPrune::new(scope, report));
        (!images.is_empty() || prune.is_some()).then(|| Self { name: plan.name.clone(), images, prune })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedImage {
    /// The image, as it is written on a command line.
    pub(super) source: String,
    /// What the source showed under that name.
    pub(super) named: Digest,
    pub(super) platforms: SavedPlatforms,
    pub(super) referrers: SavedPolicy,
    pub(super) targets: Vec<SavedTarget>,
    /// The image and all that belongs to it; the image itself comes last.
    manifests: Vec<SavedManifest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lists: Vec<SavedList>,
    /// Stands for what the source itself listed as referring to the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed: Option<Digest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SavedPlatforms {
    All,
    One(Platform),
    Sparse(Vec<Platform>),
    Rewritten(Vec<Platform>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SavedPolicy {
    Carry,
    Leave,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedTarget {
    /// The place, as it is written on a command line.
    pub(super) place: String,
    /// The tag that the image gets there; none for its digest alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<Tag>,
    #[serde(flatten)]
    pub(super) action: SavedAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(super) enum SavedAction {
    Add,
    Move { from: Digest },
    Complete,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SavedManifest {
    media_type: MediaType,
    /// The bytes, in base64.
    content: String,
    #[serde(flatten)]
    role: SavedRole,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum SavedRole {
    Root,
    Child,
    Referrer,
    Tagged { tag: Tag },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedList {
    subject: Digest,
    descriptors: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fallback: Option<SavedManifest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part_of: Option<PartOf>,
}

impl SavedImage {
    /// Nothing for an image of which nothing is to be copied.
    pub(super) fn new(image: &PlannedImage) -> Option<Self> {
        let (tree, named) = (image.tree.as_ref()?, image.named?);
        let member = |member: &Member| {
            let role = match &member.role {
                Role::Child => SavedRole::Child,
                Role::Referrer => SavedRole::Referrer,
                Role::Tagged(tag) => SavedRole::Tagged { tag: tag.clone() },
            };
            SavedManifest::new(&member.manifest, role)
        };
        let root = std::iter::once(SavedManifest::new(&tree.root, SavedRole::Root));
        let list = |list: &ReferrerList| SavedList {
            subject: list.subject,
            descriptors: list.descriptors.clone(),
            fallback: list.fallback.as_ref().map(|index| SavedManifest::new(index, SavedRole::Child)),
            part_of: list.part_of.clone(),
        };
        Some(Self {
            source: image.source(),
            named,
            platforms: match image.request.rules.platforms.clone() {
                Platforms::All => SavedPlatforms::All,
                Platforms::One(platform) => SavedPlatforms::One(platform),
                Platforms::Sparse(platforms) => SavedPlatforms::Sparse(platforms),
                Platforms::Rewritten(platforms) => SavedPlatforms::Rewritten(platforms),
            },
            referrers: match image.request.rules.referrers {
                ReferrerPolicy::Carry(_) => SavedPolicy::Carry,
                ReferrerPolicy::Leave => SavedPolicy::Leave,
            },
            targets: super::restore::saved_targets(image),
            manifests: tree.members.iter().map(member).chain(root).collect(),
            lists: tree.referrers.iter().map(list).collect(),
            listed: tree.listed,
        })
    }

    /// What is to be copied.
    pub(super) fn tree(&self) -> Result<Option<ImageTree>, RawManifestError> {
        let (mut members, mut root) = (Vec::new(), None);
        for saved in &self.manifests {
            let manifest = saved.manifest()?;
            let role = match &saved.role {
                SavedRole::Root => {
                    root = Some(manifest);
                    continue;
                }
                SavedRole::Child => Role::Child,
                SavedRole::Referrer => Role::Referrer,
                SavedRole::Tagged { tag } => Role::Tagged(tag.clone()),
            };
            members.push(Member { manifest, role });
        }
        let list = |list: &SavedList| {
            let fallback = list.fallback.as_ref().map(SavedManifest::manifest).transpose()?;
            let descriptors = list.descriptors.clone();
            let (subject, part_of) = (list.subject, list.part_of.clone());
            Ok::<_, RawManifestError>(ReferrerList { subject, descriptors, fallback, part_of })
        };
        let referrers = self.lists.iter().map(list).collect::<Result<_, _>>()?;
        Ok(root.map(|root| ImageTree { root, members, referrers, listed: self.listed }))
    }
}

impl SavedManifest {
    fn new(manifest: &RawManifest, role: SavedRole) -> Self {
        let content = BASE64_STANDARD.encode(manifest.bytes());
        Self { media_type: manifest.media_type().clone(), content, role }
    }

    /// Bytes that are no base64 are no manifest either.
    fn manifest(&self) -> Result<RawManifest, RawManifestError> {
        let bytes = BASE64_STANDARD.decode(&self.content).unwrap_or_default();
        RawManifest::new(Bytes::from(bytes), Some(&self.media_type))
    }
}
