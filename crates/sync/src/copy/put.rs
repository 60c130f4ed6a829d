//! Writes the manifests of an image to a target, in the order that keeps every reader safe.

use std::collections::HashSet;
use std::sync::Arc;

use portolan_catalog::CatalogError;
use portolan_oci::{Digest, RawManifest};
use portolan_transport::{PutAs, PutOutcome};

use super::fallback;
use super::tree::{ImageTree, Role};
use crate::blob::Lane;
use crate::event::Event;
use crate::{CopyError, Engine};

impl Engine {
    /// Puts every manifest: children before parents, belongings before the image's own name.
    pub(super) async fn put_tree(&self, tree: &ImageTree, lane: &Lane) -> Result<(), CopyError> {
        // Referrers that the target lists by itself.
        let mut listed: HashSet<Digest> = HashSet::new();
        for member in &tree.members {
            let name = match &member.role {
                Role::Child | Role::Referrer => PutAs::Digest,
                Role::Tagged(tag) => PutAs::Tag(tag.clone()),
            };
            self.put(&member.manifest, &name, lane, &mut listed).await?;
        }
        for list in &tree.referrers {
            // The source's own index is content, whatever the target can do by itself.
            let ours_to_make = list.fallback.is_none();
            if ours_to_make && list.descriptors.iter().all(|referrer| listed.contains(&referrer.digest)) {
                continue;
            }
            if let Some(index) = fallback::keep_up(lane, list).await? {
                self.observed(lane, &index, Some(list.subject.fallback_tag().to_string()));
            }
        }
        self.put(&tree.root, &lane.name, lane, &mut listed).await
    }

    async fn put(
        &self,
        manifest: &RawManifest,
        name: &PutAs,
        lane: &Lane,
        listed: &mut HashSet<Digest>,
    ) -> Result<(), CopyError> {
        let outcome = lane
            .target
            .put_manifest(manifest, name)
            .await
            .map_err(|cause| CopyError::target(&lane.label, cause))?;
        lane.count_manifest();
        if outcome == PutOutcome::StoredWithSubject {
            listed.insert(*manifest.digest());
        }
        let tag = match name {
            PutAs::Digest => None,
            PutAs::Tag(tag) => Some(tag.to_string()),
        };
        self.observed(lane, manifest, tag);
        Ok(())
    }

    /// Notes that a target has the image, with all that belongs to it by its tags.
    pub(crate) async fn confirm(&self, tree: &ImageTree, lane: &Lane) -> Result<(), CatalogError> {
        self.confirm_with(tree, lane, &[]).await
    }

    /// The same after having brought these blobs there, or seen them.
    pub(crate) async fn confirm_with(
        &self,
        tree: &ImageTree,
        lane: &Lane,
        blobs: &[Digest],
    ) -> Result<(), CatalogError> {
        let root = tree.root.digest();
        let mut named = tree.tags_about();
        named.push((lane.reference(root), *root));
        let named: Vec<(&str, Digest)> =
            named.iter().map(|(name, digest)| (name.as_str(), *digest)).collect();
        self.journal.finish_trees_behind(&lane.place, &named, blobs).await
    }

    fn observed(&self, lane: &Lane, manifest: &RawManifest, tag: Option<String>) {
        let (target, digest) = (Arc::clone(&lane.label), *manifest.digest());
        self.observer.observe(Event::ManifestDone { target, digest, tag });
    }
}
