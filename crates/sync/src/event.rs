//! What happens during a run, as it happens.

use std::sync::Arc;

use portolan_oci::Digest;
use serde::Serialize;

/// Something that happened. Events are for people and logs; what counts is in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
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
    /// Something is odd but does not stop the copy.
    Warning {
        /// What.
        message: String,
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
