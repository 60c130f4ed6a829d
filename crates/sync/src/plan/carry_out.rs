//! Does what a plan says.

use futures::stream::{self, StreamExt as _};
use portolan_oci::Digest;
use tracing::Instrument as _;

use super::make::Wanted;
use super::planned::{Action, Plan, PlannedImage};
use crate::blob::{Lane, Settled};
use crate::copy::{ImageTree, note_image, of_image};
use crate::event::Event;
use crate::{CopyError, CopyReport, Engine, Moves};

/// Images under way at once. How many blobs are is the mover's to decide; what an image waits for is mostly
/// the answers to its manifests.
const PARALLEL: usize = 32;

/// What became of one image of a plan.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// The image, as its source names it.
    pub source: String,
    /// What became of it.
    pub report: CopyReport,
}

impl Engine {
    /// Does what a plan of this engine says. One image that fails does not hold up the others. The reports come
    /// in the order of the plan.
    pub async fn carry_out(&self, plan: Plan) -> Vec<RunReport> {
        self.warn_of_new_indexes(&plan);
        let reports = stream::iter(plan.images).map(|image| async {
            let source = image.source();
            let span = of_image(&source);
            let report = self.carry_out_one(image).instrument(span.clone()).await;
            note_image(&span, &report);
            report.tell(&source, &*self.observer);
            RunReport { source, report }
        });
        let reports = reports.buffered(PARALLEL).collect().await;
        self.write_down().await;
        reports
    }

    /// Says that signatures of indexes that are written anew do not match, before that is done.
    fn warn_of_new_indexes(&self, plan: &Plan) {
        let images = plan.images.iter().filter(|image| image.needs_work() && image.original().is_some());
        let message = match images.count() {
            0 => return,
            1 => "1 index is written anew with the chosen platforms: no signature of the original matches it"
                .to_owned(),
            count => format!(
                "{count} indexes are written anew with the chosen platforms: no signatures of the originals match them"
            ),
        };
        self.observer.observe(Event::Warning { message });
    }

    async fn carry_out_one(&self, image: PlannedImage) -> CopyReport {
        let needs_work = image.needs_work();
        let PlannedImage { request, named, listed, tree, job, asked, targets } = image;
        if let (Some(rule), Some(named), Some(tree)) = (request.rules.platforms.rule(), named, &tree) {
            self.learn_rewritten(rule, Wanted { named, digest: *tree.root.digest() });
        }
        let digest = job.digest;
        for ((lane, target), asked) in job.lanes.iter().zip(targets).zip(asked) {
            match target.action {
                Action::Skip => {
                    lane.settle(Settled::Unchanged);
                    // A name that is kept may be that of another image.
                    if asked && request.rules.moves != Moves::Kept {
                        self.note_seen(lane, digest, tree.as_deref()).await;
                    }
                }
                Action::Fail(cause) => lane.fail(cause),
                Action::Move { from } => lane.replaces(from),
                Action::Add | Action::Complete => {}
            }
        }
        let learn_listed = || {
            if let (Some(digest), Some(listed)) = (&digest, &listed) {
                self.learn_listed(digest, listed, &job.lanes);
            }
        };
        let Some(tree) = tree.filter(|_| needs_work) else {
            learn_listed();
            return job.report(Ok(()));
        };
        let work = async {
            self.begin(tree.root.digest(), job.lanes.iter()).await;
            self.deliver(&request, &tree, &job).await;
        };
        let ended = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(CopyError::Cancelled),
            () = work => Ok(()),
        };
        learn_listed();
        self.learn_parts(&named.unwrap_or(*tree.root.digest()), &tree);
        job.report(ended)
    }

    /// Notes that a target was asked and has the image, so that it need not be asked in the next run.
    async fn note_seen(&self, lane: &Lane, digest: Option<Digest>, tree: Option<&ImageTree>) {
        let noted = match (tree, digest) {
            (Some(tree), _) => self.confirm(tree, lane).await,
            (None, Some(digest)) => {
                let name = lane.reference(&digest);
                self.journal.finish_trees_behind(&lane.place, &[(&name, digest)], &[]).await
            }
            (None, None) => return,
        };
        if let Err(cause) = noted {
            tracing::warn!(%cause, "the journal does not know that the target was confirmed");
        }
    }
}
