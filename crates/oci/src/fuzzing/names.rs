//! Texts that people type and registries send.

use super::reads_back::reads_back;
use crate::{Digest, MediaType, Platform, Reference, Registry, RepositoryName, Tag, TagOrDigest};

/// References and their parts print as they parse, and none is longer than its specification allows.
pub fn reference(data: &[u8]) {
    if let Some(reference) = reads_back::<Reference>(data) {
        let named = reference.registry().as_str().len() + 1 + reference.repository().as_str().len();
        assert!(named <= 255, "{reference}");
        let parts = Reference::new(reference.registry().clone(), reference.repository().clone());
        assert_eq!(parts, Reference::new(parts.registry().clone(), parts.repository().clone()));
    }
    if let Some(name) = reads_back::<RepositoryName>(data) {
        assert!(name.as_str().len() <= 255 && !name.as_str().split('/').any(|part| part.starts_with('.')));
    }
    if let Some(tag) = reads_back::<Tag>(data) {
        assert!(tag.as_str().len() <= 128 && !tag.as_str().contains(['/', ':', '@']));
    }
    reads_back::<Registry>(data);
    reads_back::<TagOrDigest>(data);
}

/// A digest prints as it was written, has the length of its algorithm, and its stored form reads back.
pub fn digest(data: &[u8]) {
    let stored = Digest::from_stored(data).ok();
    assert!(stored.is_none_or(|digest| digest.to_stored() == data));
    for digest in stored.into_iter().chain(reads_back(data)) {
        assert_eq!(digest.as_bytes().len(), digest.algorithm().len());
        assert_eq!(Digest::from_stored(&digest.to_stored()), Ok(digest));
        assert_eq!(digest.fallback_tag().as_str().parse().as_ref(), Ok(&digest.fallback_tag()));
    }
}

/// A platform prints as it parses, and accepts itself.
pub fn platform(data: &[u8]) {
    if let Some(platform) = reads_back::<Platform>(data) {
        assert!(platform.accepts(&platform));
    }
}

/// A media type prints as it parses, without parameters and without anything that could break a header.
pub fn media_type(data: &[u8]) {
    if let Some(media_type) = reads_back::<MediaType>(data) {
        assert!(media_type.as_str().bytes().all(|byte| byte.is_ascii_graphic() && byte != b';'));
    }
}
