//! Brings what a tree consists of to the targets that need it.

use std::sync::Arc;

use futures::future::{join, join_all};
use futures::stream::{self, StreamExt as _};
use portolan_oci::Digest;
use portolan_transport::{Source, TransportError};

use super::job::Job;
use super::request::CopyRequest;
use super::tree::ImageTree;
use crate::blob::{Lane, Settled};
use crate::event::Event;
use crate::{CopyError, Engine};

impl Engine {
    /// Brings the image to the targets that still need it. What becomes of each is in its lane.
    pub(crate) async fn deliver(&self, request: &CopyRequest, tree: &ImageTree, job: &Job) {
        let source = &request.source;
        let lanes: Vec<_> = job.pending().collect();
        if lanes.is_empty() {
            return;
        }
        self.announce(request, tree, lanes.len());
        self.look_for_mounts(source, tree, &lanes).await;
        self.bring_and_put(source, tree, &lanes).await;
        self.once_more(source, tree, &lanes).await;
    }

    fn announce(&self, request: &CopyRequest, tree: &ImageTree, targets: usize) {
        let blobs = tree.blobs();
        self.observer.observe(Event::Begun {
            image: request.source.location().with(Some(&request.reference)),
            manifests: tree.manifests().count() as u64,
            blobs: blobs.len() as u64,
            bytes: blobs.iter().map(|blob| blob.size).sum(),
            targets: targets as u64,
        });
    }

    /// Each target gets its manifests as soon as it has its blobs: none waits for a slower one.
    async fn bring_and_put(&self, source: &Arc<dyn Source>, tree: &ImageTree, lanes: &[Arc<Lane>]) {
        let blobs = tree.blobs();
        // How many blobs are under way at once is the mover's to decide.
        let bring = stream::iter(&blobs).for_each_concurrent(None, |blob| async move {
            self.mover.bring(source, blob, lanes).await;
        });
        let put = join_all(lanes.iter().map(|lane| async {
            lane.all_proven(blobs.len()).await;
            if !lane.is_live() {
                return;
            }
            if let Err(cause) = self.put_and_finish(tree, lane).await {
                lane.fail(cause);
            }
        }));
        join(bring, put).await;
    }

    async fn put_and_finish(&self, tree: &ImageTree, lane: &Lane) -> Result<(), CopyError> {
        self.put_tree(tree, lane).await?;
        lane.settle(Settled::Copied);
        let blobs: Vec<Digest> = tree.blobs().iter().map(|blob| blob.digest).collect();
        Ok(self.confirm_with(tree, lane, &blobs).await?)
    }

    /// A target that misses what it was proven to have (it was cleaned meanwhile, or the journal's hints are
    /// stale) gets the image once more, with nothing taken for granted.
    async fn once_more(&self, source: &Arc<dyn Source>, tree: &ImageTree, lanes: &[Arc<Lane>]) {
        let missing = |lane: &&Arc<Lane>| {
            lane.failure()
                .is_some_and(|cause| matches!(cause.transport(), Some(TransportError::ContentUnknown { .. })))
        };
        let again: Vec<_> = lanes.iter().filter(missing).cloned().collect();
        if again.is_empty() {
            return;
        }
        for lane in &again {
            self.mover.known.forget(&lane.place);
            if let Err(cause) = self.journal.forget_blobs(&lane.place).await {
                tracing::warn!(%cause, "stale hints stay in the journal");
            }
            lane.distrust();
            lane.revive();
        }
        self.bring_and_put(source, tree, &again).await;
    }
}
