//! What became of a copy.

use portolan_oci::Digest;
use serde::{Deserialize, Serialize};

use crate::CopyError;
use crate::event::{Event, ImageEnd, Observer};
use portolan_oci::with_causes;

/// What became of one image.
#[derive(Debug, Clone)]
pub struct CopyReport {
    /// What the image is, if that had to be known and could be.
    pub digest: Option<Digest>,
    /// What became of it at each target, in the order of the request.
    pub targets: Vec<TargetReport>,
}

impl CopyReport {
    /// Whether every target had the image before.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.targets.iter().all(|target| matches!(target.outcome, ImageOutcome::Unchanged))
    }

    /// Whether every target has the image.
    pub fn is_complete(&self) -> bool {
        self.targets.iter().all(|target| !matches!(target.outcome, ImageOutcome::Failed(_)))
    }

    /// Tells how `image` ended where it was not before.
    pub(crate) fn tell(&self, image: &str, observer: &dyn Observer) {
        for target in &self.targets {
            let end = match &target.outcome {
                ImageOutcome::Unchanged => continue,
                ImageOutcome::Copied => ImageEnd::Copied { from: target.from },
                ImageOutcome::Failed(cause) => ImageEnd::Failed { error: with_causes(cause) },
            };
            observer.observe(Event::Ended {
                image: image.to_owned(),
                target: target.target.clone(),
                digest: self.digest,
                end,
            });
        }
    }
}

/// What became of an image at one target.
#[derive(Debug, Clone)]
pub struct TargetReport {
    /// The target with the name that the image has there.
    pub target: String,
    /// How it ended.
    pub outcome: ImageOutcome,
    /// What had the name before, if that was another image.
    pub from: Option<Digest>,
    /// What was done, also if it failed.
    pub tally: Tally,
}

impl TargetReport {
    /// Why the image did not arrive, if it did not.
    pub fn failure(&self) -> Option<&CopyError> {
        match &self.outcome {
            ImageOutcome::Failed(cause) => Some(cause),
            ImageOutcome::Copied | ImageOutcome::Unchanged => None,
        }
    }
}

/// How the copy of an image to a target ended.
#[derive(Debug, Clone)]
pub enum ImageOutcome {
    /// The target has it now.
    Copied,
    /// The target had it, with all that belongs to it.
    Unchanged,
    /// It was not copied; the target shows what it showed before.
    Failed(CopyError),
}

/// What was done at a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Manifests put.
    pub manifests: u64,
    /// Blobs that were there.
    pub blobs_present: u64,
    /// Blobs mounted from another repository.
    pub blobs_mounted: u64,
    /// Blobs sent.
    pub blobs_uploaded: u64,
    /// Bytes of blobs sent, those sent twice counted twice.
    pub bytes_sent: u64,
}
