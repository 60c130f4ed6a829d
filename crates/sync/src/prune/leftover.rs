//! What a mirror has brought and does not want now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portolan_catalog::{CatalogError, CondemnReason, Place};
use portolan_oci::Tag;
use portolan_transport::Target;

use super::place::{location, shown};
use super::pruning::{Doing, Pruning};
use super::saved::PlannedTag;
use super::scope::Verdict;
use super::{PruneReport, Unwanted};

/// What a mirror has brought to one place.
pub(super) struct Leftover {
    pub(super) place: Place,
    pub(super) target: Arc<dyn Target>,
    /// All of it.
    pub(super) brought: BTreeSet<String>,
    /// What it does not want now, nor any other mirror, and why.
    pub(super) tags: BTreeMap<Tag, CondemnReason>,
    /// What a saved plan says, if this is done by one: then nothing else is left over.
    pub(super) planned: Option<BTreeMap<Tag, PlannedTag>>,
}

impl Pruning<'_> {
    /// The places where the prune has anything to do or to undo. Places where nothing is wanted at all are told
    /// in the report.
    pub(super) async fn leftovers(&self, report: &mut PruneReport) -> Result<Vec<Leftover>, CatalogError> {
        let books = self.books;
        let condemned: BTreeSet<Place> = books.condemned.places().await?.into_iter().collect();
        let mut leftovers = Vec::new();
        for (place, brought) in books.brought.all(&self.scope.mirror).await? {
            let Some(target) = self.scope.target(&place) else {
                report.unwanted.extend(self.unwanted(&place, &brought).await?);
                continue;
            };
            let mut tags: BTreeMap<Tag, CondemnReason> =
                brought.iter().filter_map(|tag| self.is_unwanted(&place, tag)).collect();
            if tags.is_empty() && !condemned.contains(&place) {
                continue;
            }
            let names: Vec<&str> = tags.keys().map(Tag::as_str).collect();
            let others = books.brought.by_others(&self.scope.mirror, &place, &names).await?;
            tags.retain(|tag, _| !others.contains(tag.as_str()));
            let target = Arc::clone(target);
            leftovers.push(Leftover { place, target, brought, tags, planned: None });
        }
        Ok(leftovers)
    }

    fn is_unwanted(&self, place: &Place, tag: &str) -> Option<(Tag, CondemnReason)> {
        let tag = tag.parse().ok()?;
        match self.scope.verdict(place, &tag) {
            Verdict::Unwanted(reason) => Some((tag, reason)),
            Verdict::Wanted | Verdict::Open => None,
        }
    }

    /// What is told of a place at which nothing is wanted; nothing once all that was brought there is gone.
    async fn unwanted(
        &self,
        place: &Place,
        brought: &BTreeSet<String>,
    ) -> Result<Option<Unwanted>, CatalogError> {
        let told = |tags| Some(Unwanted { place: shown(place), tags });
        let Some(location) = location(place) else { return Ok(told(None)) };
        let there = match self.places.target(&location).await {
            Ok(target) => target.tags().await,
            Err(cause) => Err(cause),
        };
        let there = match there {
            Ok(there) => there.iter().filter(|tag| brought.contains(tag.as_str())).count(),
            Err(cause) => {
                tracing::debug!(%cause, %place, "a place where nothing is wanted cannot be asked");
                return Ok(told(None));
            }
        };
        if there > 0 {
            return Ok(told(Some(there)));
        }
        // A plan writes nothing.
        if let Doing::Run(_) = self.doing {
            let gone: Vec<&str> = brought.iter().map(String::as_str).collect();
            self.books.brought.forget(&self.scope.mirror, place, &gone).await?;
        }
        Ok(None)
    }
}
