//! What is known of target repositories, learnt once in a run.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use futures::future::{try_join, try_join3};
use portolan_catalog::{Carried, CatalogError, Confirmed, Place};
use portolan_oci::{Digest, Tag};
use portolan_transport::{Location, Target};
use tokio::sync::OnceCell;

use crate::{CopyError, Engine};

/// The place that the journal knows a location by.
pub(crate) fn place_of(location: &Location) -> Place {
    Place::new(location.host(), location.repository())
}

/// What one target repository has, as far as it was asked or is remembered.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    tags: OnceCell<HashSet<Tag>>,
    /// Blobs that the journal says are there.
    blobs: OnceCell<HashSet<Digest>>,
    /// Whether an earlier run may have left blobs of which the journal knows nothing.
    unfinished: OnceCell<bool>,
    /// What the journal says that references name.
    confirmed: OnceCell<HashMap<String, Confirmed>>,
    /// What the journal says was carried of what sources list as referring to images.
    belongings: OnceCell<HashMap<Digest, Carried>>,
}

impl Engine {
    /// What is known of a place.
    pub(crate) fn holdings(&self, place: &Place) -> Arc<Holdings> {
        let mut all = self.holdings.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(place.clone()).or_default())
    }

    /// Reads in one go what the journal says that references of all these targets name, and what belongs to
    /// images there.
    pub(crate) async fn recall<'a>(
        &self,
        targets: impl Iterator<Item = &'a dyn Target>,
    ) -> Result<(), CatalogError> {
        let all: HashSet<Place> = targets.map(|target| place_of(target.location())).collect();
        let unread = |place: &Place| self.holdings(place).confirmed.get().is_none();
        let places: Vec<Place> = all.into_iter().filter(unread).collect();
        let confirmed = self.journal.confirmed_in(&places);
        let belongings = self.journal.belongings_in(&places);
        let (mut confirmed, mut belongings) = try_join(confirmed, belongings).await?;
        for place in places {
            let names = confirmed.remove(&place).unwrap_or_default();
            let holdings = self.holdings(&place);
            holdings.confirmed.get_or_init(|| async { names }).await;
            let carried = belongings.remove(&place).unwrap_or_default();
            holdings.belongings.get_or_init(|| async { carried }).await;
        }
        Ok(())
    }

    /// Reads in one go what the journal says of places to which something is brought, and makes ready for what
    /// it will have to note of them. What cannot be read is asked of the places.
    pub(crate) async fn recall_content(&self, places: &[Place]) {
        let unread = |place: &&Place| self.holdings(place).blobs.get().is_none();
        let places: Vec<Place> = places.iter().filter(unread).cloned().collect();
        if places.is_empty() {
            return;
        }
        let blobs = self.journal.blobs_in(&places);
        let unfinished = self.journal.left_unfinished(&places);
        match try_join3(blobs, unfinished, self.journal.number_places(&places)).await {
            Ok((mut blobs, unfinished, ())) => {
                for place in places {
                    let holdings = self.holdings(&place);
                    // Both cells are filled here or not at all.
                    _ = holdings.unfinished.set(unfinished.contains(&place));
                    _ = holdings.blobs.set(blobs.remove(&place).unwrap_or_default());
                }
            }
            Err(cause) => tracing::warn!(%cause, "what earlier runs brought is not remembered"),
        }
    }

    /// Something was deleted there: who asks next learns anew what is there.
    pub(crate) fn forget_holdings(&self, place: &Place) {
        self.holdings.lock().unwrap_or_else(PoisonError::into_inner).remove(place);
    }
}

impl Holdings {
    /// The tags of the repository when it was first asked.
    pub(crate) async fn tags(&self, target: &dyn Target) -> Result<&HashSet<Tag>, CopyError> {
        let list = async || {
            let tags = target.tags().await.map_err(|cause| CopyError::target(target.location(), cause))?;
            Ok(tags.into_iter().collect())
        };
        self.tags.get_or_try_init(list).await
    }

    /// Whether the journal says that the blob is there.
    pub(crate) fn remembers(&self, blob: &Digest) -> bool {
        self.blobs.get().is_some_and(|blobs| blobs.contains(blob))
    }

    /// The blobs that earlier runs have seen there.
    pub(crate) async fn blobs(
        &self,
        engine: &Engine,
        place: &Place,
    ) -> Result<&HashSet<Digest>, CatalogError> {
        self.blobs.get_or_try_init(|| engine.journal.blobs_at(place)).await
    }

    /// Whether it may have blobs that no tag leads to and no earlier run has told of: as far as that was
    /// [recalled](Engine::recall_content), else it may.
    pub(crate) fn may_be_unfinished(&self) -> bool {
        self.unfinished.get().copied().unwrap_or(true)
    }

    /// What earlier runs have seen references name.
    pub(crate) async fn confirmed(
        &self,
        engine: &Engine,
        place: &Place,
    ) -> Result<&HashMap<String, Confirmed>, CatalogError> {
        let load = async || Ok(engine.journal.confirmed_all(place).await?.into_iter().collect());
        self.confirmed.get_or_try_init(load).await
    }

    /// What earlier runs have carried of what sources list as referring to images.
    pub(crate) async fn belongings(
        &self,
        engine: &Engine,
        place: &Place,
    ) -> Result<&HashMap<Digest, Carried>, CatalogError> {
        self.belongings.get_or_try_init(|| engine.journal.belongings_all(place)).await
    }
}
