//! What happens during a run, as it happens.

use std::sync::Arc;

use portolan_oci::Digest;
use serde::Serialize;

/// Something that happened. Events are for people and logs; what counts is in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run of a mirror begins.
    Started {
        /// The mirror.
        mirror: String,
        /// The number of the run.
        run: i64,
    },
    /// It is known what is to be done with all images, each counted once for each of its targets.
    Planned {
        /// How many are to be copied.
        copies: u64,
        /// How many are where they are wanted.
        unchanged: u64,
        /// About how many nothing can be found out.
        failing: u64,
        /// Bytes that must be sent.
        least_bytes: u64,
        /// Bytes that are sent if no mount is granted.
        most_bytes: u64,
    },
    /// Work on an image begins: so much there is to it.
    Begun {
        /// The image, as its source names it.
        image: String,
        /// Manifests, with those of referrers.
        manifests: u64,
        /// Blobs, each counted once.
        blobs: u64,
        /// Their bytes.
        bytes: u64,
        /// Targets that need it.
        targets: u64,
    },
    /// The target needs the bytes of a blob, from `offset` on.
    BlobStarted {
        /// The target.
        target: Arc<str>,
        /// The blob.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// How much of it the target has from an earlier attempt.
        offset: u64,
    },
    /// Bytes of a blob went to a target.
    BlobProgress {
        /// The target.
        target: Arc<str>,
        /// The blob.
        digest: Digest,
        /// How many bytes the target has taken now, in all.
        sent: u64,
    },
    /// A target has a blob.
    BlobDone {
        /// The target.
        target: Arc<str>,
        /// The blob.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// How it came there.
        how: BlobOutcome,
    },
    /// Something failed and is tried again.
    Retrying {
        /// The target.
        target: Arc<str>,
        /// The blob.
        digest: Digest,
        /// What went wrong.
        reason: String,
    },
    /// A manifest is at a target.
    ManifestDone {
        /// The target.
        target: Arc<str>,
        /// The manifest.
        digest: Digest,
        /// The tag it got, if any.
        tag: Option<String>,
    },
    /// An image came to its end at a target that did not have it.
    Ended {
        /// The image, as its source names it.
        image: String,
        /// The target, with the name that the image gets there.
        target: String,
        /// What it is, if that was found out.
        digest: Option<Digest>,
        /// How it ended.
        #[serde(flatten)]
        end: ImageEnd,
    },
    /// Something is odd but does not stop the copy.
    Warning {
        /// What.
        message: String,
    },
}

/// How an image ended at a target that did not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ImageEnd {
    /// It is there now.
    Copied {
        /// What had its name before, if that was another image.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<Digest>,
    },
    /// It is not.
    Failed {
        /// Why, with all causes.
        error: String,
    },
}

/// How a blob came to be at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobOutcome {
    /// It was there.
    Present,
    /// It was mounted from another repository.
    Mounted,
    /// Its bytes were sent.
    Uploaded,
}

/// Hears what happens. Called from many tasks; must not block.
pub trait Observer: Send + Sync + 'static {
    /// Takes note of an event.
    fn observe(&self, event: Event);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _: Event) {}
}
