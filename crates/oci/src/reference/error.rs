//! Why a text is not the name of an image.

use crate::DigestError;

/// Why a text is not the name of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing there.
    #[error("the reference is empty")]
    Empty,
    /// The host part is malformed.
    #[error("registry {0:?} is not a host name with an optional port")]
    Registry(String),
    /// A bare word where a registry must stand: in a reference it would be read as a part of a repository of
    /// Docker Hub.
    #[error(
        "registry {0:?} has neither a dot nor a port (write the port, such as {0}:443; repositories are in lower case)"
    )]
    ShortRegistry(String),
    /// 64 hexadecimal digits: the id of an image in a local Docker, which no registry knows.
    #[error("{0:?} is the id of a local image, not the name of one in a registry")]
    ImageId(String),
    /// The repository is malformed.
    #[error(
        "repository {0:?} is malformed (lower-case letters and digits, separated by one of `.`, `_`, `__`, `-` or `/`)"
    )]
    Repository(String),
    /// Host and repository together are too long for other clients.
    #[error("repository name of {0} characters is longer than 255")]
    TooLong(usize),
    /// The tag is malformed.
    #[error(
        "tag {0:?} is malformed (up to 128 letters, digits, `_`, `.`, `-`; the first a letter, digit or `_`)"
    )]
    Tag(String),
    /// The digest is malformed.
    #[error(transparent)]
    Digest(#[from] DigestError),
}
