//! What a place can do beyond the required.

/// Whether a place can do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Support {
    /// It was seen to work, or is known to.
    Yes,
    /// It was refused, or is known to be absent.
    No,
    /// Not tried yet.
    #[default]
    Unknown,
}

impl Support {
    /// `true` unless it is known not to work.
    pub fn is_possible(self) -> bool {
        self != Self::No
    }
}

/// The optional powers of a place. For registries they are learnt from answers and kept per host for the life
/// of the process; asking for them never sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// The referrers API (distribution-spec, "Listing Referrers"). Without it the referrers tag schema is
    /// kept up.
    pub referrers_api: Support,
    /// Mounting a blob of another repository of the same place.
    pub mount: Support,
    /// Mounting without naming the other repository.
    pub anonymous_mount: Support,
    /// Uploads that can be continued after a break: worth sending large blobs in chunks.
    pub resumable_upload: Support,
    /// Deleting by tag without deleting the manifest.
    pub delete_tag: Support,
    /// Several repositories or tags: `false` for an archive that holds exactly one image for one platform.
    pub any_artifact: Support,
}
