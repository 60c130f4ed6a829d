//! Which tags an entry of `index.json` goes by.
//!
//! The specification has `org.opencontainers.image.ref.name`. Most tools put a tag there, some a full name
//! (`docker.io/library/debian:13`); Docker and containerd put the full name into `io.containerd.image.name`.

use portolan_oci::{Descriptor, Tag, annotation};

/// How an entry came to its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    /// The tag itself stands there.
    Exact,
    /// It is the end of a full name.
    EndOfName,
}

/// The tag in the specification's place.
pub(super) fn exact_tag(entry: &Descriptor) -> Option<Tag> {
    entry.ref_name()?.parse().ok()
}

/// All tags that an entry goes by.
pub(super) fn tags(entry: &Descriptor) -> impl Iterator<Item = (Tag, Naming)> {
    let exact = exact_tag(entry).map(|tag| (tag, Naming::Exact));
    let full = [annotation::REF_NAME, annotation::CONTAINERD_IMAGE_NAME].into_iter().filter_map(|name| {
        let (_, tag) = entry.annotations.get(name)?.rsplit_once(':')?;
        Some((tag.parse().ok()?, Naming::EndOfName))
    });
    exact.into_iter().chain(full)
}

/// Whether an entry goes by the tag, and how.
pub(super) fn named(entry: &Descriptor, tag: &Tag) -> Option<Naming> {
    tags(entry).filter(|(found, _)| found == tag).map(|(_, naming)| naming).min()
}

/// What people call the entry: its full name if it has one.
pub(super) fn display_name(entry: &Descriptor) -> Option<&str> {
    entry.annotations.get(annotation::CONTAINERD_IMAGE_NAME).map(String::as_str).or_else(|| entry.ref_name())
}

/// Whether the tag belongs to another image: the fallback list of its referrers, or what cosign keeps for it
/// (`sha256-<hex>`, `sha256-<hex>.sig`).
pub(super) fn is_companion(tag: &Tag) -> bool {
    let Some((algorithm, rest)) = tag.as_str().split_once('-') else { return false };
    let hex = rest.split('.').next().unwrap_or_default();
    ["sha256", "sha512"].contains(&algorithm)
        && hex.len() == 64
        && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
