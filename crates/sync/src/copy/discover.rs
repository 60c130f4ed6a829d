//! Reads all that belongs to an image from its source.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Descriptor, Digest, Platform, RawManifest, TagOrDigest};
use portolan_transport::Source;

use super::ArtifactTypes;
use super::request::{CopyRequest, Platforms, ReferrerPolicy};
use super::root::Root;
use super::tree::{ImageTree, Member, Role};
use crate::mirror::Selected;
use crate::{CopyError, Engine};

/// Manifests are asked for by so many at once.
const PARALLEL: usize = 8;
/// Indexes in indexes, and referrers of referrers, go no deeper than this.
pub(super) const MAX_DEPTH: usize = 8;
/// The annotation by which an index says which of its manifests another one is about.
const ABOUT: &str = "vnd.docker.reference.digest";
/// An image with its belongings has no more manifests than this.
const MAX_MANIFESTS: usize = 10_000;

impl Engine {
    /// Reads the whole tree of `root`.
    pub(crate) async fn discover(&self, request: &CopyRequest, root: Root) -> Result<ImageTree, CopyError> {
        let Root { manifest: root, named: _, made } = root;
        let source = &request.source;
        let image = source.location().with(Some(&TagOrDigest::Digest(*root.digest())));
        let seen = HashSet::from([*root.digest()]);
        let platforms = &request.rules.platforms;
        let types = match &request.rules.referrers {
            ReferrerPolicy::Carry(rules) => &rules.types,
            ReferrerPolicy::Leave => &ArtifactTypes::All,
        };
        let mut walk = Walk {
            made,
            source,
            selected: &self.selected,
            image,
            platforms,
            types,
            seen,
            members: Vec::new(),
        };
        let mut listed = None;
        let mut children = walk.descend(&root, Role::Child).await?;
        let mut lists = Vec::new();
        if let ReferrerPolicy::Carry(_) = &request.rules.referrers {
            let parts = children.iter().map(|member| &member.manifest);
            let subjects = std::iter::once(&root).chain(parts).map(|manifest| *manifest.digest());
            // Nobody can have attached anything to what was made here.
            let mut subjects: Vec<Digest> =
                subjects.filter(|subject| !walk.made.contains_key(subject)).collect();
            let is_root_first = subjects.first() == Some(root.digest());
            let mut depth = 0;
            while !subjects.is_empty() {
                if depth > MAX_DEPTH {
                    let detail = format!("referrers of its referrers go deeper than {MAX_DEPTH} levels");
                    return Err(walk.too_complex(detail));
                }
                let found = walk.belongings(self, &subjects, &mut lists).await?;
                // What is listed for the root is asked for again when it has not moved.
                listed = listed.or(found.listed_first.filter(|_| depth == 0 && is_root_first));
                subjects = found.next;
                depth += 1;
            }
        }
        children.append(&mut walk.members);
        Ok(ImageTree { root, members: children, referrers: lists, listed })
    }
}

/// A walk over the manifests of one image.
pub(super) struct Walk<'a> {
    /// Manifests that the source does not have.
    made: HashMap<Digest, RawManifest>,
    pub(super) source: &'a Arc<dyn Source>,
    selected: &'a Selected,
    /// The image, for messages.
    image: String,
    platforms: &'a Platforms,
    /// What is taken of what refers to the image.
    pub(super) types: &'a ArtifactTypes,
    pub(super) seen: HashSet<Digest>,
    /// What was found beside the image's own children.
    pub(super) members: Vec<Member>,
}

impl Walk<'_> {
    /// All manifests below `top`, level by level, the deepest first.
    pub(super) async fn descend(&mut self, top: &RawManifest, role: Role) -> Result<Vec<Member>, CopyError> {
        let mut levels: Vec<Vec<RawManifest>> = Vec::new();
        let mut next = self.unseen_children(top);
        while !next.is_empty() {
            if levels.len() == MAX_DEPTH {
                return Err(self.too_complex(format!("its indexes nest deeper than {MAX_DEPTH} levels")));
            }
            if self.seen.len() > MAX_MANIFESTS {
                return Err(self.too_complex(format!("it has more than {MAX_MANIFESTS} manifests")));
            }
            let level = self.fetch_children(next).await?;
            next = level.iter().flat_map(|manifest| self.unseen_children(manifest)).collect();
            levels.push(level);
        }
        Ok(levels
            .into_iter()
            .rev()
            .flatten()
            .map(|manifest| Member { manifest, role: role.clone() })
            .collect())
    }

    fn unseen_children(&mut self, manifest: &RawManifest) -> Vec<Descriptor> {
        let children = manifest.parsed().children();
        // What was written anew has only what was chosen.
        let platforms = match self.platforms {
            Platforms::Rewritten(_) => None,
            platforms => platforms.chosen(),
        };
        let chosen = children.iter().zip(choose(children, platforms)).filter(|(_, is_taken)| *is_taken);
        let manifests = chosen.map(|(child, _)| child).filter(|child| child.media_type.is_manifest());
        manifests.filter(|child| self.seen.insert(child.digest)).cloned().collect()
    }

    async fn fetch_children(&self, children: Vec<Descriptor>) -> Result<Vec<RawManifest>, CopyError> {
        stream::iter(children)
            .map(|child| async move {
                self.fetch(&TagOrDigest::Digest(child.digest))
                    .await?
                    .ok_or_else(|| CopyError::Incomplete { image: self.image.clone(), missing: child.digest })
            })
            .buffered(PARALLEL)
            .try_collect()
            .await
    }

    /// One manifest; `None` if it is not there.
    pub(super) async fn fetch(&self, reference: &TagOrDigest) -> Result<Option<RawManifest>, CopyError> {
        if let TagOrDigest::Digest(digest) = reference
            && let Some(made) = self.made.get(digest)
        {
            return Ok(Some(made.clone()));
        }
        if let Some(kept) = self.selected.take(&**self.source, reference) {
            return Ok(Some(kept));
        }
        match self.source.manifest(reference).await {
            Ok(manifest) => Ok(Some(manifest)),
            Err(cause) if cause.is_not_found() => Ok(None),
            Err(cause) => Err(CopyError::source(self.source.location().with(Some(reference)), cause)),
        }
    }

    fn too_complex(&self, detail: String) -> CopyError {
        CopyError::TooComplex { image: self.image.clone(), detail }
    }

    /// Takes in a manifest that belongs to the image, with all below it. Gives the digests that may have
    /// belongings of their own.
    pub(super) async fn adopt(
        &mut self,
        manifest: RawManifest,
        role: Role,
    ) -> Result<Vec<Digest>, CopyError> {
        if !self.seen.insert(*manifest.digest()) {
            // Known already, but a tag is one more name to carry.
            if matches!(role, Role::Tagged(_)) {
                self.members.push(Member { manifest, role });
            }
            return Ok(Vec::new());
        }
        let below = self.descend(&manifest, Role::Child).await?;
        let mut digests: Vec<Digest> = below.iter().map(|member| *member.manifest.digest()).collect();
        digests.push(*manifest.digest());
        self.members.extend(below);
        self.members.push(Member { manifest, role });
        Ok(digests)
    }
}

/// Which entries of an index are taken, each in its place, if not all platforms are: what has no platform is for
/// all of them, and an attestation (`vnd.docker.reference.digest`) goes with the manifest that it is about.
pub(super) fn choose(entries: &[Descriptor], platforms: Option<&[Platform]>) -> Vec<bool> {
    let has_place = |entry: &Descriptor| match (platforms, &entry.platform) {
        (Some(wanted), Some(offered)) => wanted.iter().any(|wanted| wanted.accepts(offered)),
        _ => true,
    };
    let named: HashSet<String> =
        entries.iter().filter(|entry| has_place(entry)).map(|entry| entry.digest.to_string()).collect();
    let is_about_named =
        |entry: &Descriptor| entry.annotations.get(ABOUT).is_some_and(|about| named.contains(about));
    entries.iter().map(|entry| has_place(entry) || is_about_named(entry)).collect()
}
