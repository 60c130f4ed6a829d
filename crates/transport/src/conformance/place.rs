//! What a place shows of itself to be tested.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Location, Source, Support, Target, TransportResult};

/// A place that the suite is run against.
#[async_trait]
pub trait PlaceUnderTest: Send + Sync {
    /// A repository that is empty and that nobody else uses. All of them lie in the same place: what one has
    /// may be mounted in another, if the place can mount.
    ///
    /// # Errors
    /// If there is none to be had.
    async fn target(&self) -> TransportResult<Arc<dyn Target>>;

    /// The repository at `location` for reading, after the target has been closed.
    ///
    /// # Errors
    /// If it cannot be opened.
    async fn source(&self, location: &Location) -> TransportResult<Arc<dyn Source>>;

    /// A second target on the repository at `location`, as another process would have it; `None` where only
    /// one at a time can be (an archive that is being written).
    ///
    /// # Errors
    /// If it cannot be opened.
    async fn target_again(&self, location: &Location) -> TransportResult<Option<Arc<dyn Target>>>;

    /// What is expected beyond what [`Capabilities`](crate::Capabilities) say.
    fn expectations(&self) -> Expectations {
        Expectations::default()
    }
}

/// How places may differ without being wrong, where nobody but the tester can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectations {
    /// What becomes of a manifest that names content which is not there.
    pub missing_content: MissingContent,
    /// Whether manifests and tags can be deleted.
    pub deleting: Deleting,
    /// Whether content may be named by SHA-512; tried only if `Yes`.
    pub sha512: Support,
}

impl Default for Expectations {
    fn default() -> Self {
        Self { missing_content: MissingContent::Refused, deleting: Deleting::Works, sha512: Support::No }
    }
}

/// What becomes of a manifest that names content which is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingContent {
    /// `ContentUnknown`, and nothing is stored.
    Refused,
    /// The place does not look.
    Taken,
}

/// Whether manifests can be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleting {
    /// Manifests can be deleted by digest; tags if the capabilities say so.
    Works,
    /// The place refuses with `Unsupported` or `Denied`.
    Refused,
}
