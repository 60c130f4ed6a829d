//! Which targets have an image already, with all that belongs to it.

use std::collections::HashSet;

use futures::future::join_all;
use portolan_oci::{Descriptor, Digest, Tag, TagOrDigest};
use portolan_transport::{PutAs, Support, TransportResult};

use super::tree::{ImageTree, Role};
use crate::blob::Lane;
use crate::{CopyError, Engine};

impl Engine {
    /// What each target shows under the image's name; a target that cannot be asked fails.
    pub(super) async fn stat_targets(
        &self,
        lanes: &[std::sync::Arc<Lane>],
        root: Option<Digest>,
    ) -> Vec<Option<Descriptor>> {
        join_all(lanes.iter().map(|lane| async move {
            let reference = match (&lane.name, root) {
                (PutAs::Tag(tag), _) => TagOrDigest::Tag(tag.clone()),
                (PutAs::Digest, Some(digest)) => TagOrDigest::Digest(digest),
                (PutAs::Digest, None) => return None,
            };
            match lane.target.stat_manifest(&reference).await {
                Ok(there) => there,
                Err(cause) => {
                    lane.fail(CopyError::target(&lane.label, cause));
                    None
                }
            }
        }))
        .await
    }

    /// Whether a target that has the image also has everything else of the tree. The image's children are
    /// there because the image is; referrers and tags are asked for.
    pub(crate) async fn has_belongings(&self, tree: &ImageTree, lane: &Lane) -> TransportResult<bool> {
        let tagged: Vec<(&Tag, &Digest)> = tree
            .members
            .iter()
            .filter_map(|member| match &member.role {
                Role::Tagged(tag) => Some((tag, member.manifest.digest())),
                Role::Child | Role::Referrer => None,
            })
            .collect();
        for (tag, digest) in tagged {
            let there = lane.target.stat_manifest(&TagOrDigest::Tag(tag.clone())).await?;
            if there.is_none_or(|there| there.digest != *digest) {
                return Ok(false);
            }
        }
        for list in &tree.referrers {
            let tag = TagOrDigest::Tag(list.subject.fallback_tag());
            let there: HashSet<Digest> = match lane.target.read_manifest(&tag).await? {
                Some(index) => index.parsed().children().iter().map(|child| child.digest).collect(),
                None => HashSet::new(),
            };
            for wanted in &list.descriptors {
                // With the API there is no list to read; the manifest itself is the proof.
                let known = there.contains(&wanted.digest)
                    || (lane.target.capabilities().referrers_api == Support::Yes
                        && lane.target.stat_manifest(&TagOrDigest::Digest(wanted.digest)).await?.is_some());
                if !known {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
