//! Notes what a mirror has brought.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

use portolan_catalog::Place;
use portolan_oci::{Digest, Tag};
use portolan_transport::PutAs;

use super::Books;
use crate::holdings::place_of;
use crate::{CopyRequest, Engine, ImageOutcome, RunReport, SyncShare};

/// The names that images get, in the order of their requests: of each image, for each target the place, and the
/// tag if there is one.
pub(crate) struct Names(Vec<Vec<(Place, Option<Tag>)>>);

impl Names {
    pub(crate) fn new<'a>(requests: impl IntoIterator<Item = &'a CopyRequest>) -> Self {
        let names = requests.into_iter().map(|request| {
            let named = request.targets.iter().map(|to| {
                let tag = match &to.name {
                    PutAs::Tag(tag) => Some(tag.clone()),
                    PutAs::Digest => None,
                };
                (place_of(to.target.location()), tag)
            });
            named.collect()
        });
        Self(names.collect())
    }
}

/// Which names the targets have now as a mirror wants them, and where an image failed.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    there: BTreeMap<Place, BTreeSet<Tag>>,
    failed: HashSet<Place>,
}

impl Arrivals {
    /// Adds images of which it has turned out what became of them.
    pub(crate) fn add(&mut self, names: Names, reports: &[RunReport]) {
        for (names, run) in names.0.into_iter().zip(reports) {
            for ((place, tag), target) in names.into_iter().zip(&run.report.targets) {
                match (&target.outcome, tag) {
                    (ImageOutcome::Failed(_), _) => _ = self.failed.insert(place),
                    (ImageOutcome::Copied | ImageOutcome::Unchanged, Some(tag)) => {
                        self.there.entry(place).or_default().insert(tag);
                    }
                    (ImageOutcome::Copied | ImageOutcome::Unchanged, None) => {}
                }
            }
        }
    }

    /// The places at which an image failed.
    pub(crate) fn failed(&self) -> &HashSet<Place> {
        &self.failed
    }

    /// Stands for all names that are there.
    fn fingerprint(&self) -> Digest {
        let mut text = String::new();
        for (place, tags) in &self.there {
            _ = writeln!(text, "{place}");
            for tag in tags {
                _ = writeln!(text, " {tag}");
            }
        }
        Digest::sha256(text.as_bytes())
    }
}

impl Engine {
    /// Notes which names the targets have now as the mirror wants them. A run that finds what was noted before
    /// writes nothing.
    pub(crate) async fn note_brought(
        &self,
        mirror: &str,
        arrivals: &Arrivals,
        share: SyncShare<'_>,
        books: &Books,
    ) {
        if arrivals.there.is_empty() {
            return;
        }
        let noted = async {
            let fingerprint = match share {
                SyncShare::All => Some(arrivals.fingerprint()),
                SyncShare::Failed | SyncShare::Of(_) => None,
            };
            if fingerprint.is_some() && books.brought.noted(mirror).await? == fingerprint {
                return Ok(());
            }
            let owned = |tags: &BTreeSet<Tag>| tags.iter().map(Tag::to_string).collect();
            let tags = arrivals.there.iter().map(|(place, tags)| (place.clone(), owned(tags))).collect();
            books.brought.note(mirror, portolan_catalog::Names { tags, fingerprint }).await
        };
        if let Err(cause) = noted.await {
            tracing::warn!(%cause, mirror, "what the mirror has brought is not noted: no prune will touch it");
        }
    }
}
