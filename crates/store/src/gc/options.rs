//! What is collected, and what was.

use std::time::Duration;

/// How old things have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectOptions {
    /// How long content stays that nothing needs any more: a push may be between its blobs and its manifest.
    pub grace: Duration,
    /// How long what was deleted can be rolled back to.
    pub keep_history: Duration,
    /// How long files and packs that nothing names have to be unchanged.
    pub unchanged: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for CollectOptions {
    fn default() -> Self {
        Self { grace: DAY, keep_history: 7 * DAY, unchanged: DAY }
    }
}

impl CollectOptions {
    /// All that nothing needs, at once. What is pushed meanwhile is safe all the same.
    pub const NOW: Self =
        Self { grace: Duration::ZERO, keep_history: Duration::ZERO, unchanged: Duration::ZERO };
}

/// What a collection did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Manifests that can no longer be rolled back to.
    pub manifests: u64,
    /// Upload sessions that nobody went on with.
    pub uploads: u64,
    /// Blobs that repositories no longer have.
    pub links: u64,
    /// Blobs that are to go after the grace time.
    pub condemned: u64,
    /// Blobs that are gone, and their bytes.
    pub blobs: u64,
    /// Packs whose files are gone.
    pub packs: u64,
    /// Files that no row named.
    pub strays: u64,
}

/// What became of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// It is done.
    Done(Collected),
    /// Another process is at it.
    UnderWay,
}
