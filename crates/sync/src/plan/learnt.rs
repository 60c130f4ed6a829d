//! What a run learns about images beside having copied them: written down once, at its end.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use portolan_catalog::{CatalogError, Place};
use portolan_oci::Digest;

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
}

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
        for (place, images) in learnt.belongings {
            self.journal.note_belongings(&place, &Vec::from_iter(images)).await?;
        }
        Ok(())
    }
}
