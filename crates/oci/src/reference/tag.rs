//! The last part of a reference (distribution-spec, "Pulling manifests", `<reference>`).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::ReferenceError;
use super::text::text_type;
use crate::Digest;

/// A tag of a repository; clones share the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Arc<str>);
text_type!(Tag);

impl Tag {
    /// The tag that stands for "no tag given".
    pub fn latest() -> Self {
        Self("latest".into())
    }

    /// For texts that are made here and valid by their making.
    pub(crate) fn from_valid(text: String) -> Self {
        Self(text.into())
    }

    /// The tag under which cosign keeps what belongs to `digest`: `sha256-<hex>.sig`, `.att`, `.sbom`.
    ///
    /// # Errors
    /// [`ReferenceError::Tag`] if the suffix has characters that a tag may not have, or if the whole is too
    /// long, as it is for SHA-512: cosign has no such tags.
    pub fn cosign(digest: &Digest, suffix: &str) -> Result<Self, ReferenceError> {
        format!("{}-{}.{suffix}", digest.algorithm(), digest.encoded()).parse()
    }
}

impl FromStr for Tag {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let valid = (1..=128).contains(&text.len())
            && text.bytes().next().is_some_and(word)
            && text.bytes().all(|b| word(b) || b == b'.' || b == b'-');
        if valid { Ok(Self(text.into())) } else { Err(ReferenceError::Tag(text.to_owned())) }
    }
}

/// What the specification calls `<reference>`: a tag or a digest in a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagOrDigest {
    /// By tag: may move.
    Tag(Tag),
    /// By digest: never moves.
    Digest(Digest),
}

impl fmt::Display for TagOrDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

impl FromStr for TagOrDigest {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.contains(':') { Ok(Self::Digest(text.parse()?)) } else { Ok(Self::Tag(text.parse()?)) }
    }
}

impl From<Tag> for TagOrDigest {
    fn from(tag: Tag) -> Self {
        Self::Tag(tag)
    }
}

impl From<Digest> for TagOrDigest {
    fn from(digest: Digest) -> Self {
        Self::Digest(digest)
    }
}
