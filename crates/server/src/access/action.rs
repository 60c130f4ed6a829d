//! What can be done in a repository.

/// What can be done in a repository, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reading manifests, blobs and lists.
    Pull,
    /// Putting content and moving tags.
    Push,
    /// Deleting.
    Delete,
}
