//! Notes what a mirror has brought.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use portolan_catalog::Place;
use portolan_oci::{Digest, Tag};
use portolan_transport::PutAs;

use super::Books;
use crate::holdings::place_of;
use crate::{CopyRequest, Engine, ImageOutcome, RunReport, SyncShare};

/// The names that the images of a run get, in the order of its requests.
pub(crate) struct Names {
    share: SyncShare,
    places: Vec<Place>,
    /// For each image and target the place, and the tag if there is one.
    names: Vec<Vec<(usize, Option<Tag>)>>,
}

impl Names {
    pub(crate) fn new<'a>(requests: impl IntoIterator<Item = &'a CopyRequest>, share: SyncShare) -> Self {
        let mut numbers: HashMap<Place, usize> = HashMap::new();
        let names = requests.into_iter().map(|request| {
            let named = request.targets.iter().map(|to| {
                let next = numbers.len();
                let number = *numbers.entry(place_of(to.target.location())).or_insert(next);
                let tag = match &to.name {
                    PutAs::Tag(tag) => Some(tag.clone()),
                    PutAs::Digest => None,
                };
                (number, tag)
            });
            named.collect()
        });
        let names = names.collect();
        let mut places: Vec<(usize, Place)> =
            numbers.into_iter().map(|(place, number)| (number, place)).collect();
        places.sort_unstable();
        Self { share, places: places.into_iter().map(|(_, place)| place).collect(), names }
    }

    /// Place and name of each image of the run, and how it went.
    fn outcomes<'a>(
        &'a self,
        reports: &'a [RunReport],
    ) -> impl Iterator<Item = (&'a Place, Option<&'a Tag>, &'a ImageOutcome)> {
        self.names.iter().zip(reports).flat_map(|(names, run)| {
            names.iter().zip(&run.report.targets).filter_map(|((place, tag), target)| {
                Some((self.places.get(*place)?, tag.as_ref(), &target.outcome))
            })
        })
    }

    /// The places at which an image failed.
    pub(crate) fn failed(&self, reports: &[RunReport]) -> HashSet<Place> {
        let failed =
            self.outcomes(reports).filter(|(.., outcome)| matches!(outcome, ImageOutcome::Failed(_)));
        failed.map(|(place, ..)| place.clone()).collect()
    }

    /// The tags that the targets have now.
    fn there<'a>(&'a self, reports: &'a [RunReport]) -> BTreeMap<&'a Place, BTreeSet<&'a str>> {
        let mut all: BTreeMap<&Place, BTreeSet<&str>> = BTreeMap::new();
        for (place, tag, outcome) in self.outcomes(reports) {
            if let (Some(tag), ImageOutcome::Copied | ImageOutcome::Unchanged) = (tag, outcome) {
                all.entry(place).or_default().insert(tag.as_str());
            }
        }
        all
    }
}

impl Engine {
    /// Notes which names the targets have now as the mirror wants them. A run that finds what was noted before
    /// writes nothing.
    pub(crate) async fn note_brought(
        &self,
        mirror: &str,
        names: &Names,
        reports: &[RunReport],
        books: &Books,
    ) {
        let there = names.there(reports);
        if there.is_empty() {
            return;
        }
        let noted = async {
            let fingerprint = match names.share {
                SyncShare::All => Some(fingerprint(&there)),
                SyncShare::Failed => None,
            };
            if fingerprint.is_some() && books.brought.noted(mirror).await? == fingerprint {
                return Ok(());
            }
            let owned = |tags: &BTreeSet<&str>| tags.iter().map(|tag| (*tag).to_owned()).collect();
            let tags = there.iter().map(|(place, tags)| ((*place).clone(), owned(tags))).collect();
            books.brought.note(mirror, portolan_catalog::Names { tags, fingerprint }).await
        };
        if let Err(cause) = noted.await {
            tracing::warn!(%cause, mirror, "what the mirror has brought is not noted: no prune will touch it");
        }
    }
}

fn fingerprint(names: &BTreeMap<&Place, BTreeSet<&str>>) -> Digest {
    let mut text = String::new();
    for (place, tags) in names {
        _ = writeln!(text, "{place}");
        for tag in tags {
            _ = writeln!(text, " {tag}");
        }
    }
    Digest::sha256(text.as_bytes())
}
