//! Images of a plan that any node may bring: what it is told, and what it tells.

use portolan_oci::{Digest, with_causes};
use portolan_transport::{Location, Places};
use serde::{Deserialize, Serialize};

use super::planned::{PlannedImage, PlannedTarget};
use super::restore::{RestoreError, restored};
use super::saved::SavedImage;
use crate::copy::{CopyReport, ImageOutcome, Tally, TargetReport};
use crate::plan::RunReport;
use crate::{CopyError, CopyRequest};

/// The form of what is written here. Nodes that know another leave it alone.
pub(crate) const FORM: u32 = 1;

/// An image with more bytes of text than this is not given to others.
const MOST_BYTES: usize = 2 << 20;

/// What a node is told: images, each with the targets that it has to come to.
#[derive(Serialize, Deserialize)]
pub(crate) struct TaskPlan {
    images: Vec<SavedImage>,
}

/// What a node tells.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskOutcome {
    /// Of each image, at each target, in the order in which it was told of them.
    Images(Vec<Vec<TargetOutcome>>),
    /// Of no image anything could be done, for this reason.
    Failed(String),
}

/// What became of an image at a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetOutcome {
    #[serde(flatten)]
    end: End,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Digest>,
    tally: Tally,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
enum End {
    Copied,
    Unchanged,
    Cancelled,
    Failed { cause: String, may_pass: Option<bool> },
}

impl TaskPlan {
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The images as one text, from those of each.
    pub(crate) fn joined(images: &[String]) -> String {
        format!("{{\"images\":[{}]}}", images.join(","))
    }

    /// The images, with their places open. Nobody is asked anything.
    pub(crate) async fn restore(&self, places: &Places) -> Result<Vec<PlannedImage>, RestoreError> {
        let mut images = Vec::with_capacity(self.images.len());
        for saved in &self.images {
            images.push(restored(saved, places).await?);
        }
        Ok(images)
    }

    /// The names that images get, with their places, each as it is written on a command line.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let targets = self.images.iter().flat_map(|image| &image.targets);
        targets.map(|target| (target.place.as_str(), target.tag.as_ref().map(portolan_oci::Tag::as_str)))
    }
}

/// The text of an image for [`TaskPlan::joined`]; nothing for one of which nothing is to be copied, or that others
/// cannot bring: since a place of it is on this machine, or it is too large.
pub(crate) fn for_others(image: &PlannedImage) -> Option<String> {
    let is_far = |location: &Location| matches!(location, Location::Registry(..));
    let CopyRequest { source, targets, .. } = &image.request;
    if !is_far(source.location()) || !targets.iter().all(|to| is_far(to.target.location())) {
        return None;
    }
    let text = serde_json::to_string(&SavedImage::new(image)?).ok()?;
    (image.needs_work() && text.len() <= MOST_BYTES).then_some(text)
}

impl TaskOutcome {
    pub(crate) fn of(reports: &[RunReport]) -> Self {
        let image = |run: &RunReport| run.report.targets.iter().map(TargetOutcome::of).collect();
        Self::Images(reports.iter().map(image).collect())
    }

    /// None ended it.
    pub(crate) fn given_up() -> Self {
        Self::Failed("several nodes began it, and none came to its end".to_owned())
    }

    /// What became of so many targets of each image.
    pub(crate) fn spread(self, targets: &[usize]) -> Vec<Vec<TargetOutcome>> {
        let cause = match self {
            Self::Images(images) if images.iter().map(Vec::len).eq(targets.iter().copied()) => return images,
            Self::Images(_) => "the node that had it told of other images".to_owned(),
            Self::Failed(cause) => cause,
        };
        let end = End::Failed { cause, may_pass: None };
        let failed = TargetOutcome { end, from: None, tally: Tally::default() };
        targets.iter().map(|count| vec![failed.clone(); *count]).collect()
    }
}

impl TargetOutcome {
    /// It was interrupted.
    pub(crate) fn cancelled() -> Self {
        Self { end: End::Cancelled, from: None, tally: Tally::default() }
    }

    fn of(target: &TargetReport) -> Self {
        let end = match &target.outcome {
            ImageOutcome::Copied => End::Copied,
            ImageOutcome::Unchanged => End::Unchanged,
            ImageOutcome::Failed(CopyError::Cancelled) => End::Cancelled,
            ImageOutcome::Failed(cause) => {
                End::Failed { cause: with_causes(cause), may_pass: cause.may_pass() }
            }
        };
        Self { end, from: target.from, tally: target.tally }
    }

    /// The same as a report; `target` is the target with the name that the image gets there.
    pub(crate) fn report(self, target: String) -> TargetReport {
        let outcome = match self.end {
            End::Copied => ImageOutcome::Copied,
            End::Unchanged => ImageOutcome::Unchanged,
            End::Cancelled => ImageOutcome::Failed(CopyError::Cancelled),
            End::Failed { cause, may_pass } => ImageOutcome::Failed(CopyError::Elsewhere { cause, may_pass }),
        };
        TargetReport { target, outcome, from: self.from, tally: self.tally }
    }
}

/// An image that others bring to some of its targets.
pub(crate) struct Divided {
    /// With those targets only.
    pub(crate) request: CopyRequest,
    pub(crate) named: Option<Digest>,
    pub(crate) digest: Option<Digest>,
    /// Of each target of the image, how it is shown if others see to it.
    targets: Vec<Option<String>>,
}

impl Divided {
    /// What became of the image: what others tell of their targets, and what became of the rest.
    pub(crate) fn report(&self, done: Vec<TargetOutcome>, rest: Option<RunReport>) -> RunReport {
        let (mut done, mut rest) = (done.into_iter(), rest.into_iter().flat_map(|run| run.report.targets));
        let targets = self.targets.iter().filter_map(|target| match target {
            Some(shown) => done.next().map(|outcome| outcome.report(shown.clone())),
            None => rest.next(),
        });
        let report = CopyReport { digest: self.digest, targets: targets.collect() };
        RunReport { source: self.request.source.location().with(Some(&self.request.reference)), report }
    }
}

impl PlannedImage {
    /// Takes out the targets to which the image is to be copied; what is left needs no work. Nothing is left if it is to
    /// be copied to all.
    pub(crate) fn divide(self) -> (Divided, Option<Self>) {
        let Self { mut request, named, listed, tree, mut job, mut asked, mut targets } = self;
        let shown = |target: &PlannedTarget| target.action.is_copy().then(|| target.shown.clone());
        let shown: Vec<Option<String>> = targets.iter().map(shown).collect();
        let mut given = request.clone();
        keep(&mut given.targets, shown.iter().map(Option::is_some));
        keep(&mut request.targets, shown.iter().map(Option::is_none));
        keep(&mut job.lanes, shown.iter().map(Option::is_none));
        keep(&mut asked, shown.iter().map(Option::is_none));
        keep(&mut targets, shown.iter().map(Option::is_none));
        let divided = Divided { request: given, named, digest: job.digest, targets: shown };
        let rest =
            (!targets.is_empty()).then_some(Self { request, named, listed, tree, job, asked, targets });
        (divided, rest)
    }
}

/// Leaves those of the items that stay.
fn keep<T>(items: &mut Vec<T>, mut stays: impl Iterator<Item = bool>) {
    items.retain(|_| stays.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_as_it_was() {
        let failed = End::Failed { cause: "it is full".to_owned(), may_pass: Some(true) };
        let outcome =
            |end| TargetOutcome { end, from: Some(Digest::sha256(b"old")), tally: Tally::default() };
        let all = [End::Copied, End::Unchanged, failed].map(outcome).to_vec();
        let told = TaskOutcome::Images(vec![all.clone(), Vec::new()]);
        let text = serde_json::to_string(&told).unwrap();
        let read: TaskOutcome = serde_json::from_str(&text).unwrap();
        assert_eq!(read, told);
        assert_eq!(read.spread(&[3, 0]), [all, Vec::new()]);
    }

    #[test]
    fn what_does_not_fit_is_a_failure_of_all_images() {
        for odd in [TaskOutcome::Images(vec![Vec::new()]), TaskOutcome::Failed("no".to_owned())] {
            let spread = odd.spread(&[2, 1]);
            assert_eq!(spread.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
            assert!(spread.iter().flatten().all(|one| matches!(one.end, End::Failed { .. })));
        }
    }
}
