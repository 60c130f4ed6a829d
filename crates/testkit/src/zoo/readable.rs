//! Which kinds the programs of other people can read: a table, and a test holds the programs to it.

/// Whether a program reads a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does, and the digest stays.
    Yes,
    /// It does not, and says this in its error.
    No(&'static str),
}

/// The verdicts on one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readable {
    /// `skopeo copy --all` (1.9.3) from a registry into a `dir:`.
    pub skopeo_registry: Verdict,
    /// The same from an OCI layout.
    pub skopeo_layout: Verdict,
    /// `podman pull` (4.3) from a registry.
    pub podman: Verdict,
}

impl Verdict {
    /// Whether it is `Yes`.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

/// skopeo 1.9 sees only OCI media types in a layout.
const NOT_IN_LAYOUT: Verdict = Verdict::No("no descriptor found for reference");
const NESTED: Verdict = Verdict::No("received a manifest list instead of a manifest for a single image");
const NO_IMAGE: Verdict = Verdict::No("no image found in image index");
const ARTIFACT: Verdict = Verdict::No("unsupported image-specific operation on artifact");
/// From a registry neither program asks the addresses in `urls`.
const FOREIGN: Verdict = Verdict::No("404 (Not Found)");
const FOREIGN_URLS: Verdict = Verdict::No("failed fetching external blob from all urls");

pub(super) fn of(name: &str) -> Readable {
    use Verdict::{No, Yes};
    let (skopeo_registry, skopeo_layout, podman) = match name {
        "docker-image" | "docker-list" => (Yes, NOT_IN_LAYOUT, Yes),
        "nested-index" => (NESTED, NESTED, NESTED),
        "empty-index" => (Yes, Yes, NO_IMAGE),
        "artifact" | "empty-config" => (Yes, Yes, ARTIFACT),
        "foreign-oci" => (FOREIGN, FOREIGN_URLS, FOREIGN),
        "foreign-docker" => (FOREIGN, NOT_IN_LAYOUT, FOREIGN),
        "sha512" => (
            No("saved with digest sha256"),
            No("saved with digest sha256"),
            No("does not match expected sha512"),
        ),
        _ => (Yes, Yes, Yes),
    };
    Readable { skopeo_registry, skopeo_layout, podman }
}
