//! Watching a collection.

use async_trait::async_trait;

/// What a collection is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Manifests that were deleted long ago go.
    Manifests,
    /// Upload sessions that nobody went on with go.
    Uploads,
    /// Links go that no manifest needs.
    Links,
    /// Blobs without a link are condemned.
    Condemn,
    /// Blobs whose grace is over can no longer be linked.
    Doom,
    /// Their bytes go.
    Remove,
    /// It is noted that they are gone.
    Settle,
    /// What is left in packs that are more than half dead is written anew, and old packs go.
    Packs,
    /// Files go that no row names.
    Sweep,
    /// What is gone for long is forgotten.
    Forget,
}

/// Is told of each step before it begins, and may hold it back.
#[async_trait]
pub trait CollectObserver: Send + Sync {
    /// The step is about to begin.
    async fn reached(&self, step: Step);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

#[async_trait]
impl CollectObserver for Quiet {
    async fn reached(&self, _: Step) {}
}
