//! The copy of one image, from the first question to the last tag.

use std::sync::Arc;

use futures::future::{join, join_all, join3};
use portolan_oci::Descriptor;
use tracing::Instrument as _;

use super::job::Job;
use super::report::CopyReport;
use super::request::CopyRequest;
use super::span::{note_image, of_image};
use super::tree::ImageTree;
use crate::blob::{Lane, Settled};
use crate::{CopyError, Engine};

impl Engine {
    /// Copies one image to its targets. A target that fails does not hold up the others; the report says what
    /// became of each.
    pub async fn copy(&self, request: &CopyRequest) -> CopyReport {
        let source = request.source.location().with(Some(&request.reference));
        let span = of_image(&source);
        let report = self.copied(request).instrument(span.clone()).await;
        note_image(&span, &report);
        report.tell(&source, &*self.observer);
        report
    }

    async fn copied(&self, request: &CopyRequest) -> CopyReport {
        let mut job = Job::new(&request.targets);
        let ended = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(CopyError::Cancelled),
            ended = self.run(request, &mut job) => ended,
        };
        if let Err(cause) = self.journal.settled().await {
            tracing::warn!(%cause, "the journal does not know what became of the copy");
        }
        job.report(ended)
    }

    async fn run(&self, request: &CopyRequest, job: &mut Job) -> Result<(), CopyError> {
        // Three questions that need no answer of each other.
        let stat = self.stat_targets(&job.lanes, request.digest());
        let (there, root, ()) = join3(stat, self.root(request), self.learn_tags(request)).await;
        if job.lanes.iter().all(|lane| !lane.is_live()) {
            return Ok(());
        }
        let root = root?;
        job.digest = Some(*root.manifest.digest());
        job.refuse_index(&root.manifest);
        let digest = *root.manifest.digest();
        // A target that shows something else needs the image, whatever belongs to it.
        for (lane, there) in job.lanes.iter().zip(&there) {
            if let Some(there) = there.as_ref().filter(|there| there.digest != digest) {
                lane.replaces(there.digest);
            }
        }
        let shows = |there: &Option<Descriptor>| there.as_ref().is_some_and(|there| there.digest == digest);
        let (unsure, needy) = partition(&job.lanes, there.iter().map(shows));
        let begin = self.begin(&digest, needy.iter());
        let (tree, ()) = join(self.discover(request, root), begin).await;
        let tree = tree?;
        self.drop_unchanged(&tree, &unsure).await;
        self.begin(&digest, unsure.iter()).await;
        self.deliver(request, &tree, job).await;
        Ok(())
    }

    /// Takes out those of the targets which show the image that have everything.
    async fn drop_unchanged(&self, tree: &ImageTree, lanes: &[Arc<Lane>]) {
        join_all(lanes.iter().map(|lane| async move {
            match self.has_belongings(tree, lane).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(cause) => return lane.fail(CopyError::target(&lane.label, cause)),
            }
            if let Err(cause) = self.confirm(tree, lane).await {
                tracing::warn!(%cause, "the journal does not know that the target was confirmed");
            }
            lane.settle(Settled::Unchanged);
        }))
        .await;
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
