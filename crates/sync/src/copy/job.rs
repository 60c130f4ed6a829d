//! One image on its way to its targets.

use std::sync::Arc;

use portolan_oci::{Digest, Manifest, RawManifest};
use portolan_transport::{Support, TransportError};

use super::report::{CopyReport, ImageOutcome, TargetReport};
use super::request::CopyTarget;
use crate::CopyError;
use crate::blob::{Lane, Settled};

/// One image on its way.
pub(crate) struct Job {
    pub(crate) lanes: Vec<Arc<Lane>>,
    /// What the image is, as soon as that is known.
    pub(crate) digest: Option<Digest>,
}

impl Job {
    pub(crate) fn new(targets: &[CopyTarget]) -> Self {
        let lane = |to: &CopyTarget| Arc::new(Lane::new(Arc::clone(&to.target), to.name.clone()));
        Self { lanes: targets.iter().map(lane).collect(), digest: None }
    }

    /// A place that holds one image for one platform takes no index. It is told before any bytes are moved.
    pub(crate) fn refuse_index(&self, root: &RawManifest) {
        if !matches!(root.parsed(), Manifest::Index(_)) {
            return;
        }
        for lane in self.lanes.iter().filter(|lane| lane.target.capabilities().any_artifact == Support::No) {
            let cause = TransportError::Rejected {
                what: format!("writing {}", lane.label),
                message:
                    "it holds one image for one platform, and this is an index of several: choose a platform"
                        .to_owned(),
            };
            lane.fail(CopyError::target(&lane.label, cause));
        }
    }

    /// The targets that still need the image.
    pub(crate) fn pending(&self) -> impl Iterator<Item = Arc<Lane>> {
        self.lanes.iter().filter(|lane| lane.is_pending()).cloned()
    }

    /// What became of the image; how the work on it `ended` is the fate of all targets that do not have it.
    pub(crate) fn report(self, ended: Result<(), CopyError>) -> CopyReport {
        if let Err(cause) = ended {
            self.lanes
                .iter()
                .filter(|lane| lane.settled().is_none())
                .for_each(|lane| lane.fail(cause.clone()));
        }
        let targets = self.lanes.iter().map(|lane| TargetReport {
            target: lane.shown(self.digest.as_ref()),
            outcome: match lane.failure() {
                Some(cause) => ImageOutcome::Failed(cause),
                None if lane.settled() == Some(Settled::Unchanged) => ImageOutcome::Unchanged,
                None => ImageOutcome::Copied,
            },
            from: lane.replaced(),
            tally: lane.tally(),
        });
        CopyReport { targets: targets.collect(), digest: self.digest }
    }
}
