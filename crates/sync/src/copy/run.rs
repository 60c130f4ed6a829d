//! The copy of one image, from the first question to the last tag.

use std::sync::Arc;

use futures::future::{join, join_all, join3};
use futures::stream::{self, StreamExt as _};
use portolan_oci::{Descriptor, Manifest, RawManifest, TagOrDigest};
use portolan_transport::{Support, TransportError};

use super::discover::for_platform;
use super::report::{CopyReport, ImageOutcome, TargetReport};
use super::request::CopyRequest;
use super::tree::ImageTree;
use crate::blob::{Lane, Settled};
use crate::event::Event;
use crate::{CopyError, Engine};

impl Engine {
    /// Copies one image to its targets. A target that fails does not hold up the others; the report says what
    /// became of each.
    pub async fn copy(&self, request: &CopyRequest) -> CopyReport {
        let lanes: Vec<Lane> =
            request.targets.iter().map(|to| Lane::new(Arc::clone(&to.target), to.name.clone())).collect();
        let mut job = Job { lanes: lanes.into_iter().map(Arc::new).collect(), image: None };
        let ended = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(CopyError::Cancelled),
            ended = self.run(request, &mut job) => ended,
        };
        if let Err(cause) = ended {
            for lane in &job.lanes {
                if lane.settled().is_none() {
                    lane.fail(cause.clone());
                }
            }
        }
        job.report()
    }

    async fn run(&self, request: &CopyRequest, job: &mut Job) -> Result<(), CopyError> {
        // Three questions that need no answer of each other.
        let stat = self.stat_targets(&job.lanes, request.digest());
        let (there, root, ()) = join3(stat, self.root(request), self.learn_tags(request)).await;
        if job.lanes.iter().all(|lane| !lane.is_live()) {
            return Ok(());
        }
        let root = root?;
        job.image = Some(root.descriptor());
        refuse_index(&root, &job.lanes);
        let digest = *root.digest();
        // A target that shows something else needs the image, whatever belongs to it.
        let shows = |there: &Option<Descriptor>| there.as_ref().is_some_and(|there| there.digest == digest);
        let (unsure, needy) = partition(&job.lanes, there.iter().map(shows));
        let begin = self.begin(&digest, needy.iter());
        let (tree, ()) = join(self.discover(&request.source, root, request.referrers), begin).await;
        let tree = tree?;
        self.announce(request, &tree);
        self.drop_unchanged(&tree, &unsure).await;
        self.begin(&digest, unsure.iter()).await;
        self.look_for_mounts(request, &tree, &job.lanes).await;
        let lanes: Vec<_> = job.pending().collect();
        if lanes.is_empty() {
            return Ok(());
        }
        self.bring_and_put(request, &tree, &lanes).await;
        self.once_more(request, &tree, &lanes).await;
        Ok(())
    }

    /// The manifest to copy: what was asked for, or its part for one platform.
    async fn root(&self, request: &CopyRequest) -> Result<RawManifest, CopyError> {
        let source = &request.source;
        let read = async |reference: &TagOrDigest| {
            let what = source.location().with(Some(reference));
            source.manifest(reference).await.map_err(|cause| CopyError::source(what, cause))
        };
        let mut root = read(&request.reference).await?;
        let image = source.location().with(Some(&request.reference));
        while let Some(part) = for_platform(&image, &root, &request.platforms)? {
            root = read(&TagOrDigest::Digest(part.digest)).await?;
        }
        Ok(root)
    }

    fn announce(&self, request: &CopyRequest, tree: &ImageTree) {
        let blobs = tree.blobs();
        self.observer.observe(Event::Discovered {
            image: request.source.location().with(Some(&request.reference)),
            manifests: tree.manifests().count() as u64,
            blobs: blobs.len() as u64,
            bytes: blobs.iter().map(|blob| blob.size).sum(),
        });
    }

    /// Takes out those of the targets which show the image that have everything.
    async fn drop_unchanged(&self, tree: &ImageTree, lanes: &[Arc<Lane>]) {
        join_all(lanes.iter().map(|lane| async move {
            match self.has_belongings(tree, lane).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(cause) => return lane.fail(CopyError::target(&lane.label, cause)),
            }
            let name = lane.reference(tree.root.digest());
            if let Err(cause) = self.journal.finish_tree(&lane.place, &name, tree.root.digest()).await {
                tracing::warn!(%cause, "the journal does not know that the target was confirmed");
            }
            lane.settle(Settled::Unchanged);
        }))
        .await;
    }

    /// Each target gets its manifests as soon as it has its blobs: none waits for a slower one.
    async fn bring_and_put(&self, request: &CopyRequest, tree: &ImageTree, lanes: &[Arc<Lane>]) {
        let blobs = tree.blobs();
        // How many blobs are under way at once is the mover's to decide.
        let bring = stream::iter(&blobs).for_each_concurrent(None, |blob| async move {
            self.mover.bring(&request.source, blob, lanes).await;
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
        let name = lane.reference(tree.root.digest());
        self.journal.finish_tree(&lane.place, &name, tree.root.digest()).await?;
        Ok(())
    }

    /// A target that misses what it was proven to have (it was cleaned meanwhile, or the journal's hints are
    /// stale) gets the image once more, with nothing taken for granted.
    async fn once_more(&self, request: &CopyRequest, tree: &ImageTree, lanes: &[Arc<Lane>]) {
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
        self.bring_and_put(request, tree, &again).await;
    }
}

/// The live lanes for which `is_so`, and the others.
fn partition(lanes: &[Arc<Lane>], is_so: impl Iterator<Item = bool>) -> (Vec<Arc<Lane>>, Vec<Arc<Lane>>) {
    let live = lanes.iter().zip(is_so).filter(|(lane, _)| lane.is_live());
    let (those, others): (Vec<_>, Vec<_>) = live.partition(|(_, is_so)| *is_so);
    let lanes =
        |pairs: Vec<(&Arc<Lane>, bool)>| pairs.into_iter().map(|(lane, _)| Arc::clone(lane)).collect();
    (lanes(those), lanes(others))
}

/// A place that holds one image for one platform takes no index. It is told before any bytes are moved.
fn refuse_index(root: &RawManifest, lanes: &[Arc<Lane>]) {
    if !matches!(root.parsed(), Manifest::Index(_)) {
        return;
    }
    for lane in lanes.iter().filter(|lane| lane.target.capabilities().any_artifact == Support::No) {
        let cause = TransportError::Rejected {
            what: format!("writing {}", lane.label),
            message:
                "it holds one image for one platform, and this is an index of several: choose a platform"
                    .to_owned(),
        };
        lane.fail(CopyError::target(&lane.label, cause));
    }
}

/// One image on its way.
struct Job {
    lanes: Vec<Arc<Lane>>,
    image: Option<Descriptor>,
}

impl Job {
    fn pending(&self) -> impl Iterator<Item = Arc<Lane>> {
        self.lanes.iter().filter(|lane| lane.is_pending()).cloned()
    }

    fn report(self) -> CopyReport {
        let targets = self.lanes.iter().map(|lane| TargetReport {
            target: lane.shown(self.image.as_ref()),
            outcome: match lane.failure() {
                Some(cause) => ImageOutcome::Failed(cause),
                None if lane.settled() == Some(Settled::Unchanged) => ImageOutcome::Unchanged,
                None => ImageOutcome::Copied,
            },
            tally: lane.tally(),
        });
        CopyReport { targets: targets.collect(), image: self.image }
    }
}
