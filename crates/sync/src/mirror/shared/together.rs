//! What the leader of a run keeps of it beside the sums.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use portolan_catalog::{CatalogError, ClearTasks, Taking};
use portolan_oci::Digest;
use portolan_transport::{Places, PutAs};

use super::super::lease::Turn;
use crate::CopyRequest;
use crate::nodes::Member;
use crate::plan::{Divided, FORM, PlannedImage, TaskPlan};
use crate::prune::Books;

/// An image whose names are asked for once more: a node that woke up too late may have moved them.
pub(super) struct Suspect {
    pub(super) request: CopyRequest,
    /// What the source showed.
    pub(super) named: Digest,
    /// What the names are to name.
    pub(super) wanted: Digest,
}

impl Suspect {
    /// Nothing for an image of which nothing was found out.
    pub(super) fn new(request: &CopyRequest, named: Option<Digest>, wanted: Option<Digest>) -> Option<Self> {
        Some(Self { request: request.clone(), named: named?, wanted: wanted? })
    }
}

/// A run that others may share.
pub(in crate::mirror) struct Together<'a> {
    pub(super) books: &'a Books,
    /// With no fence: each piece of work has its own.
    pub(super) places: &'a Places,
    pub(super) turn: &'a Turn,
    /// The number of the next piece of work.
    pub(super) next: i64,
    /// Each with the time before which it is not looked at.
    pub(super) again: Vec<(Instant, Suspect)>,
    /// Places and tags that a node may write late which had work of an earlier run.
    left: HashSet<(String, String)>,
    /// Whether there are rows that must go.
    pub(super) has_rows: bool,
}

impl<'a> Together<'a> {
    /// Takes over what an earlier run left, where there may be others.
    pub(in crate::mirror) async fn begin(
        books: &'a Books,
        places: &'a Places,
        turn: &'a Turn,
    ) -> Result<Self, CatalogError> {
        let mut left = HashSet::new();
        let mut has_rows = false;
        if books.company.member.is_some() {
            for task in books.tasks.take_left(&turn.key).await? {
                has_rows = true;
                // What is written in another form is of a run that was taken over: all of this run's images are looked
                // at again then.
                let plan = (task.form == FORM).then(|| TaskPlan::parse(&task.what));
                if let Some(Ok(plan)) = plan {
                    let names =
                        plan.names().filter_map(|(place, tag)| Some((place.to_owned(), tag?.to_owned())));
                    left.extend(names);
                }
            }
        }
        Ok(Self { books, places, turn, next: 0, again: Vec::new(), left, has_rows })
    }

    /// The process that work may be shared with now, if there are others.
    pub(super) fn beside_others(&self) -> Option<&'a Member> {
        self.books.company.beside_others()
    }

    /// Has images looked at once more that somebody may write late who had the mirror before.
    pub(super) fn suspect_the_late(&mut self, images: &[PlannedImage]) {
        let is_taken_over = self.turn.taking == Taking::TakenOver;
        if !is_taken_over && self.left.is_empty() {
            return;
        }
        for image in images {
            if (is_taken_over && image.needs_work()) || self.had_work(image) {
                // Whoever it was may have just renewed what it had.
                let late = self.turn.lasts.saturating_mul(2);
                Suspect::new(&image.request, image.named, image.digest())
                    .into_iter()
                    .for_each(|suspect| self.look_again(suspect, late));
            }
        }
    }

    /// Has an image that somebody had before looked at once more in a while.
    pub(super) fn suspect(&mut self, image: &Divided, after: Duration) {
        let Divided { request, named, digest, .. } = image;
        if let Some(suspect) = Suspect::new(request, *named, *digest) {
            self.look_again(suspect, after);
        }
    }

    fn look_again(&mut self, image: Suspect, after: Duration) {
        let now = Instant::now();
        self.again.push((now.checked_add(after).unwrap_or(now), image));
    }

    fn had_work(&self, image: &PlannedImage) -> bool {
        !self.left.is_empty()
            && image.request.targets.iter().any(|to| match &to.name {
                PutAs::Tag(tag) => self.left.contains(&(to.target.location().to_string(), tag.to_string())),
                PutAs::Digest => false,
            })
    }

    /// Forgets all that was given away. A run that was interrupted leaves it to the next one, which has to know what others
    /// may still be at.
    pub(in crate::mirror) async fn end(self) {
        if !self.has_rows {
            return;
        }
        if let Err(cause) = self.books.tasks.clear(&self.turn.key, ClearTasks::All).await {
            tracing::warn!(%cause, "what was given to other nodes stays for the next run to forget");
        }
    }
}
