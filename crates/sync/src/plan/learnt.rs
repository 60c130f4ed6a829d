//! What a run learns about images beside having copied them: written down once, at its end.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use futures::future::try_join_all;
use portolan_catalog::{CatalogError, Place};
use portolan_oci::Digest;
use tokio::sync::OnceCell;

use super::make::Wanted;
use crate::Engine;
use crate::blob::Lane;
use crate::copy::ImageTree;

/// What a run has learnt and not yet written down.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Of places, the images with what sources list for them.
    belongings: HashMap<Place, HashMap<Digest, Digest>>,
    /// Manifests with the images that they are parts of.
    parts: HashSet<(Digest, Digest)>,
    /// By rule, what became of images.
    rewritten: HashMap<Digest, HashMap<Digest, Digest>>,
}

/// What became of images by a rule, read once in a run.
pub(crate) type Rewritten = Arc<OnceCell<Arc<HashMap<Digest, Digest>>>>;

impl Engine {
    /// Takes note of what the source itself lists for an image, at the targets that have all of it.
    pub(super) fn learn_listed(&self, image: &Digest, listed: &Digest, lanes: &[Arc<Lane>]) {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        for lane in lanes.iter().filter(|lane| lane.settled().is_some()) {
            learnt.belongings.entry(lane.place.clone()).or_default().insert(*image, *listed);
        }
    }

    /// Takes note of what an image consists of: something may come to belong to any part of it.
    pub(super) fn learn_parts(&self, image: &Digest, tree: &ImageTree) {
        let parts = tree.parts();
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.parts.extend(parts.into_iter().map(|part| (part, *image)));
    }

    /// Takes note of what became of an image by a rule.
    pub(super) fn learn_rewritten(&self, rule: Digest, wanted: Wanted) {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.rewritten.entry(rule).or_default().insert(wanted.named, wanted.digest);
    }

    /// What became of images by a rule, as far as it is remembered.
    pub(super) async fn rewritten(
        &self,
        rule: &Digest,
    ) -> Result<Arc<HashMap<Digest, Digest>>, CatalogError> {
        let cell = {
            let mut all = self.rewritten.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(*rule).or_default())
        };
        let load = async || Ok(Arc::new(self.journal.rewritten_all(rule).await?));
        cell.get_or_try_init(load).await.map(Arc::clone)
    }

    /// Writes down what was learnt. What is lost here is asked for again.
    pub(super) async fn write_down(&self) {
        let learnt = {
            let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *learnt)
        };
        if let Err(cause) = self.write(learnt).await {
            tracing::warn!(%cause, "what was learnt about images is not remembered");
        }
    }

    async fn write(&self, learnt: Learnt) -> Result<(), CatalogError> {
        if !learnt.parts.is_empty() {
            self.journal.note_children(&Vec::from_iter(learnt.parts)).await?;
        }
        for (rule, images) in learnt.rewritten {
            self.journal.note_rewritten(&rule, &Vec::from_iter(images)).await?;
        }
        // Side by side, so that they come to the disk together.
        let notes = learnt
            .belongings
            .into_iter()
            .map(async |(place, images)| self.journal.note_belongings(&place, &Vec::from_iter(images)).await);
        try_join_all(notes).await?;
        // The images that came to their end, too.
        self.journal.settled().await
    }
}
