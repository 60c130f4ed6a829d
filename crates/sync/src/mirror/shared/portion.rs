//! A portion of the images of a run, and which of them go to others.

use std::collections::{BTreeMap, BTreeSet};

use portolan_catalog::EndedTask;

use crate::plan::{Divided, Plan, PlannedImage, RunReport, TargetOutcome, TaskOutcome, TaskPlan};

/// Images of one piece of work, and bytes of its text, at most.
const IMAGES: usize = 8;
const BYTES: usize = 256 << 10;

/// A portion of the images of a run.
pub(super) struct Portion {
    images: Vec<Image>,
    /// What this process does beside what it claims, in the order of the images that have some.
    own: Vec<PlannedImage>,
    /// By their numbers in the run.
    pieces: BTreeMap<i64, Piece>,
}

/// What there is to do about an image.
struct Image {
    given: Option<Divided>,
    /// Whether there is something of it that is not given away.
    has_own: bool,
}

/// Work that one node does.
struct Piece {
    /// The places of its images among those of the portion.
    images: Vec<usize>,
    texts: Vec<String>,
}

impl Portion {
    /// What has a text goes to others, in pieces with numbers from `first` on.
    pub(super) fn divide(plan: Plan, texts: Vec<Option<String>>, first: i64) -> Self {
        let mut portion = Self { images: Vec::new(), own: Vec::new(), pieces: BTreeMap::new() };
        let (mut pieces, mut bytes) = (Vec::<Piece>::new(), 0);
        for (place, (image, text)) in plan.images.into_iter().zip(texts).enumerate() {
            let Some(text) = text else {
                portion.own.push(image);
                portion.images.push(Image { given: None, has_own: true });
                continue;
            };
            let (given, rest) = image.divide();
            portion.images.push(Image { given: Some(given), has_own: rest.is_some() });
            portion.own.extend(rest);
            bytes += text.len();
            match pieces.last_mut() {
                Some(piece) if piece.images.len() < IMAGES && bytes <= BYTES => {
                    piece.images.push(place);
                    piece.texts.push(text);
                }
                _ => {
                    bytes = text.len();
                    pieces.push(Piece { images: vec![place], texts: vec![text] });
                }
            }
        }
        portion.pieces = (first..).zip(pieces).collect();
        portion
    }

    /// What the pieces say, in the order of their numbers.
    pub(super) fn texts(&self) -> Vec<String> {
        self.pieces.values().map(|piece| TaskPlan::joined(&piece.texts)).collect()
    }

    pub(super) fn numbers(&self) -> BTreeSet<i64> {
        self.pieces.keys().copied().collect()
    }

    pub(super) fn take_own(&mut self) -> Vec<PlannedImage> {
        std::mem::take(&mut self.own)
    }

    /// What became of all images, in their order. What has not ended was interrupted; `ended` is told of the others that
    /// were given away.
    pub(super) fn sum_up(
        self,
        own: Vec<RunReport>,
        mut tasks: BTreeMap<i64, EndedTask>,
        mut ended: impl FnMut(&Divided, &RunReport, &EndedTask),
    ) -> Vec<RunReport> {
        let mut by_place = BTreeMap::new();
        for (number, piece) in &self.pieces {
            let Some(task) = tasks.remove(number) else { continue };
            let counts: Vec<usize> = piece.images.iter().map(|place| self.targets(*place)).collect();
            let done = outcome(&task).spread(&counts);
            by_place
                .extend(piece.images.iter().copied().zip(done.into_iter().map(|done| (done, task.clone()))));
        }
        let mut own = own.into_iter();
        let mut reports = Vec::with_capacity(self.images.len());
        for (place, image) in self.images.iter().enumerate() {
            let rest = if image.has_own { own.next() } else { None };
            let Some(given) = &image.given else {
                reports.extend(rest);
                continue;
            };
            let report = match by_place.remove(&place) {
                Some((done, task)) => {
                    let report = given.report(done, rest);
                    ended(given, &report, &task);
                    report
                }
                None => given.report(vec![TargetOutcome::cancelled(); given.request.targets.len()], rest),
            };
            reports.push(report);
        }
        reports
    }

    /// To how many targets others bring an image.
    fn targets(&self, place: usize) -> usize {
        let given = self.images.get(place).and_then(|image| image.given.as_ref());
        given.map_or(0, |given| given.request.targets.len())
    }
}

fn outcome(task: &EndedTask) -> TaskOutcome {
    let Some(text) = &task.outcome else { return TaskOutcome::given_up() };
    serde_json::from_str(text).unwrap_or_else(|error| TaskOutcome::Failed(error.to_string()))
}
