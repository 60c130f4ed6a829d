//! The full name of an image.

use std::fmt;
use std::str::FromStr;

use super::text::serde_as_text;
use super::{ReferenceError, Registry, RepositoryName, Tag, TagOrDigest};
use crate::Digest;

/// The full name of an image in a registry: `host/repository[:tag][@digest]`.
///
/// Docker's short names are understood: `debian` is `docker.io/library/debian`. A first part is a host if
/// it has a dot or a colon or is `localhost`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    registry: Registry,
    repository: RepositoryName,
    tag: Option<Tag>,
    digest: Option<Digest>,
}
serde_as_text!(Reference);

impl Reference {
    /// A reference to a whole repository. A name of one part on Docker Hub is taken for its short name.
    pub fn new(registry: Registry, repository: RepositoryName) -> Self {
        let repository = if registry.is_docker_hub() { repository.on_docker_hub() } else { repository };
        Self { registry, repository, tag: None, digest: None }
    }

    /// The same repository with this tag and no digest.
    #[must_use]
    pub fn with_tag(&self, tag: Tag) -> Self {
        Self { tag: Some(tag), digest: None, ..self.clone() }
    }

    /// The same repository with this digest and no tag.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self { tag: None, digest: Some(digest), ..self.clone() }
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The repository.
    pub fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// The tag, if one was given.
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// The digest, if one was given.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// What to ask the registry for: the digest if there is one, else the tag, else `latest`.
    pub fn selector(&self) -> TagOrDigest {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => TagOrDigest::Digest(*digest),
            (None, Some(tag)) => TagOrDigest::Tag(tag.clone()),
            (None, None) => TagOrDigest::Tag(Tag::latest()),
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if is_image_id(text) {
            return Err(ReferenceError::ImageId(text.to_owned()));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.parse()?)),
            None => (text, None),
        };
        let (path, tag) = match name.rsplit_once(':') {
            // A colon before the last slash belongs to a port.
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag.parse()?)),
            _ => (name, None),
        };
        let (registry, repository) = split_registry(path)?;
        let named = Self::new(registry, repository);
        let length = named.registry.as_str().len() + 1 + named.repository.as_str().len();
        if length > 255 {
            return Err(ReferenceError::TooLong(length));
        }
        Ok(Self { tag, digest, ..named })
    }
}

/// What Docker's grammar calls an identifier.
fn is_image_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn split_registry(path: &str) -> Result<(Registry, RepositoryName), ReferenceError> {
    let hosted = path.split_once('/').filter(|(host, _)| {
        host.contains(['.', ':', '[']) || *host == "localhost" || host.contains(char::is_uppercase)
    });
    match hosted {
        Some((host, rest)) => Ok((host.parse()?, rest.parse()?)),
        None => Ok((Registry::docker_hub(), path.parse()?)),
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
