//! An image with everything that belongs to it, as found at its source.

use std::collections::{HashMap, HashSet};

use portolan_oci::{Descriptor, Digest, RawManifest, Tag};
use serde::{Deserialize, Serialize};

/// All that belongs to one image: what is put, in the order in which it must be put.
#[derive(Debug, Clone)]
pub struct ImageTree {
    /// The image itself.
    pub root: RawManifest,
    /// All manifests but the root: children before the indexes that name them, referrers after the manifests
    /// they refer to. Each digest once.
    pub members: Vec<Member>,
    /// Lists of referrers by subject, to be kept up at targets without the referrers API.
    pub referrers: Vec<ReferrerList>,
    /// Stands for what the source itself lists as referring to the root; `None` where it has no such list.
    pub listed: Option<Digest>,
}

/// A manifest that belongs to an image.
#[derive(Debug, Clone)]
pub struct Member {
    /// The manifest.
    pub manifest: RawManifest,
    /// Why it belongs to the image.
    pub role: Role,
}

/// Why a manifest belongs to an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// An index names it.
    Child,
    /// It refers to another member by its `subject`, or is listed as doing so.
    Referrer,
    /// A tag says that it belongs to another member (cosign).
    Tagged(Tag),
}

/// What refers to one manifest.
#[derive(Debug, Clone)]
pub struct ReferrerList {
    /// The manifest referred to.
    pub subject: Digest,
    /// The referrers that were found and are members of the tree.
    pub descriptors: Vec<Descriptor>,
    /// The source's index under the fallback tag, if that is where the list comes from.
    pub fallback: Option<RawManifest>,
    /// That index, if only a part of what it lists is carried: then it is not put.
    pub part_of: Option<PartOf>,
}

/// An index of which only a part is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// How the journal names it, with what is carried of it.
    pub name: String,
    /// The index.
    pub digest: Digest,
}

impl ImageTree {
    /// Every manifest.
    pub fn manifests(&self) -> impl Iterator<Item = &RawManifest> {
        self.members.iter().map(|member| &member.manifest).chain(std::iter::once(&self.root))
    }

    /// The source's tags that belong to the image by their names, as the journal names them, and what they name
    /// there.
    pub fn tags_about(&self) -> Vec<(String, Digest)> {
        let tagged = self.members.iter().filter_map(|member| match &member.role {
            Role::Tagged(tag) => Some((tag.to_string(), *member.manifest.digest())),
            Role::Child | Role::Referrer => None,
        });
        let lists = self.referrers.iter().filter_map(|list| match (&list.fallback, &list.part_of) {
            (Some(index), _) => Some((list.subject.fallback_tag().to_string(), *index.digest())),
            (None, Some(part_of)) => Some((part_of.name.clone(), part_of.digest)),
            (None, None) => None,
        });
        tagged.chain(lists).collect()
    }

    /// The members that are parts of the image itself: those that its indexes name.
    pub fn parts(&self) -> HashSet<Digest> {
        let members: HashMap<&Digest, &RawManifest> =
            self.members.iter().map(|member| (member.manifest.digest(), &member.manifest)).collect();
        let (mut parts, mut indexes) = (HashSet::new(), vec![&self.root]);
        while let Some(index) = indexes.pop() {
            for child in index.parsed().children() {
                if let Some(member) = members.get(&child.digest)
                    && parts.insert(child.digest)
                {
                    indexes.push(member);
                }
            }
        }
        parts
    }

    /// Every blob that is to be copied, each once, in the order in which they are named. Foreign layers are
    /// left where they are.
    pub fn blobs(&self) -> Vec<Descriptor> {
        let mut seen = HashSet::new();
        let mut blobs = Vec::new();
        for manifest in self.manifests() {
            let parsed = manifest.parsed();
            // An index may name what is no manifest (build caches do): it is a blob to us.
            let odd = parsed.children().iter().filter(|child| !child.media_type.is_manifest());
            for blob in parsed.blobs().chain(odd) {
                if !blob.media_type.is_foreign() && seen.insert(blob.digest) {
                    blobs.push(blob.clone());
                }
            }
        }
        blobs
    }
}
