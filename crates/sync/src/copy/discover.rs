//! Reads all that belongs to an image from its source.

use std::collections::HashSet;
use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use portolan_oci::{Descriptor, Digest, Manifest, RawManifest, TagOrDigest};
use portolan_transport::Source;

use super::ArtifactTypes;
use super::request::{CopyRequest, Platforms, ReferrerPolicy};
use super::tree::{ImageTree, Member, Role};
use crate::{CopyError, Engine};

/// Manifests are asked for by so many at once.
const PARALLEL: usize = 8;
/// Indexes in indexes, and referrers of referrers, go no deeper than this.
const MAX_DEPTH: usize = 8;
/// The annotation by which an index says which of its manifests another one is about.
const ABOUT: &str = "vnd.docker.reference.digest";
/// An image with its belongings has no more manifests than this.
const MAX_MANIFESTS: usize = 10_000;

impl Engine {
    /// Reads the whole tree of `root`.
    pub(crate) async fn discover(
        &self,
        request: &CopyRequest,
        root: RawManifest,
    ) -> Result<ImageTree, CopyError> {
        let source = &request.source;
        let image = source.location().with(Some(&TagOrDigest::Digest(*root.digest())));
        let seen = HashSet::from([*root.digest()]);
        let platforms = &request.platforms;
        let types = match &request.referrers {
            ReferrerPolicy::Carry(rules) => &rules.types,
            ReferrerPolicy::Leave => &ArtifactTypes::All,
        };
        let mut walk = Walk { source, image, platforms, types, seen, members: Vec::new() };
        let mut listed = None;
        let mut children = walk.descend(&root, Role::Child).await?;
        let mut lists = Vec::new();
        if let ReferrerPolicy::Carry(_) = &request.referrers {
            let mut subjects: Vec<Digest> = children.iter().map(|member| *member.manifest.digest()).collect();
            subjects.insert(0, *root.digest());
            let mut depth = 0;
            while !subjects.is_empty() {
                if depth > MAX_DEPTH {
                    let detail = format!("referrers of its referrers go deeper than {MAX_DEPTH} levels");
                    return Err(walk.too_complex(detail));
                }
                let found = walk.belongings(self, &subjects, &mut lists).await?;
                // What is listed for the root is asked for again when it has not moved.
                listed = listed.or(found.listed_first.filter(|_| depth == 0));
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
    pub(super) source: &'a Arc<dyn Source>,
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
        let children = wanted(manifest.parsed().children(), self.platforms);
        let manifests = children.filter(|child| child.media_type.is_manifest());
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

/// What an index names of the wanted platforms: what has no platform is for all of them, and an attestation
/// (`vnd.docker.reference.digest`) goes with the manifest that it is about.
fn wanted<'a>(
    children: &'a [Descriptor],
    platforms: &'a Platforms,
) -> impl Iterator<Item = &'a Descriptor> + 'a {
    let has_place = move |child: &&Descriptor| match (platforms, &child.platform) {
        (Platforms::Sparse(wanted), Some(offered)) => wanted.iter().any(|wanted| wanted.accepts(offered)),
        _ => true,
    };
    let named: HashSet<String> =
        children.iter().filter(has_place).map(|child| child.digest.to_string()).collect();
    children.iter().filter(move |child| {
        has_place(child) || child.annotations.get(ABOUT).is_some_and(|about| named.contains(about))
    })
}

/// The manifest of an index for one platform.
pub(super) fn for_platform(
    image: &str,
    root: &RawManifest,
    platforms: &Platforms,
) -> Result<Option<Descriptor>, CopyError> {
    let (Platforms::One(wanted), Manifest::Index(index)) = (platforms, root.parsed()) else {
        return Ok(None);
    };
    let found = index
        .manifests
        .iter()
        .find(|entry| entry.platform.as_ref().is_some_and(|offered| wanted.accepts(offered)));
    if let Some(found) = found {
        return Ok(Some(found.clone()));
    }
    let offered: Vec<String> =
        index.manifests.iter().filter_map(|entry| entry.platform.as_ref()).map(ToString::to_string).collect();
    Err(CopyError::NoPlatform {
        image: image.to_owned(),
        wanted: wanted.to_string(),
        offered: if offered.is_empty() { "none with a platform".to_owned() } else { offered.join(", ") },
    })
}
