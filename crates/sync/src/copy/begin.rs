//! What is asked and written down before bytes move.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::future::{join_all, join3};
use portolan_catalog::TreeStart;
use portolan_oci::Digest;
use portolan_transport::{Location, Source};

use super::tree::ImageTree;
use crate::blob::{Lane, Probe, Remembered};
use crate::holdings::place_of;
use crate::{CopyError, Engine};

impl Engine {
    /// Writes down that work on an image begins at these targets, and asks what they may have of it already. A
    /// target that cannot be asked fails.
    pub(crate) async fn begin(&self, image: &Digest, lanes: impl Iterator<Item = &Arc<Lane>>) {
        join_all(lanes.filter(|lane| lane.is_pending()).map(|lane| async {
            match self.begin_at(image, lane).await {
                Ok(remembered) => lane.remember(remembered),
                Err(cause) => lane.fail(cause),
            }
        }))
        .await;
    }

    async fn begin_at(&self, image: &Digest, lane: &Lane) -> Result<Remembered, CopyError> {
        let name = lane.reference(image);
        let holdings = self.holdings(&lane.place);
        let begin = self.journal.begin_tree(&lane.place, &name, image);
        let blobs = holdings.blobs(self, &lane.place);
        let (start, blobs, tags) = join3(begin, blobs, holdings.tags(&*lane.target)).await;
        let is_alone = !self.in_company.load(Ordering::Relaxed);
        let is_untouched = tags?.is_empty() && matches!(start?, TreeStart::Fresh) && is_alone;
        blobs?;
        let probe = if is_untouched { Probe::Hinted } else { Probe::Always };
        Ok(Remembered { probe, holdings })
    }

    /// Finds out where blobs could be mounted from.
    pub(super) async fn look_for_mounts(
        &self,
        source: &Arc<dyn Source>,
        tree: &ImageTree,
        lanes: &[Arc<Lane>],
    ) {
        let blobs: Vec<Digest> = tree.blobs().iter().map(|blob| blob.digest).collect();
        // A target in the source's own registry mounts from the source.
        let location = source.location();
        if let Location::Registry(..) = location {
            let source = place_of(location);
            blobs.iter().for_each(|blob| self.mover.known.claim(*blob, &source));
        }
        // A plan has asked for all its images at once.
        let lanes = lanes.iter().filter(|lane| lane.is_pending() && !lane.remembers_elsewhere());
        join_all(lanes.map(|lane| async {
            match self.journal.places_with(&lane.place.host, &blobs).await {
                Ok(places) => lane.remember_elsewhere(places),
                Err(cause) => lane.fail(cause.into()),
            }
        }))
        .await;
    }
}
