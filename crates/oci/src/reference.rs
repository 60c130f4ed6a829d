//! Names of images: registry, repository, tag, digest (distribution-spec, "Pulling manifests"; Docker's
//! short names).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Digest, DigestError};

/// Why a text is not the name of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing there.
    #[error("the reference is empty")]
    Empty,
    /// The host part is malformed.
    #[error("registry {0:?} is not a host name with an optional port")]
    Registry(String),
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

macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        serde_as_text!($name);
    };
}

macro_rules! serde_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

/// A registry: a host name or address with an optional port. `index.docker.io` and `registry-1.docker.io`
/// are written `docker.io`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registry(String);
text_type!(Registry);

impl Registry {
    /// Docker Hub.
    pub const DOCKER_HUB: &str = "docker.io";

    /// Docker Hub.
    pub fn docker_hub() -> Self {
        Self(Self::DOCKER_HUB.to_owned())
    }

    /// Host and port to connect to: Docker Hub answers elsewhere than its name says.
    pub fn api_host(&self) -> &str {
        if self.is_docker_hub() { "registry-1.docker.io" } else { &self.0 }
    }

    /// Whether this is Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        self.0 == Self::DOCKER_HUB
    }

    /// The host without the port and without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        if let Some(rest) = self.0.strip_prefix('[') {
            return rest.split(']').next().unwrap_or_default();
        }
        self.0.split(':').next().unwrap_or_default()
    }

    /// Whether the host is this machine: `localhost`, a name below it, or a loopback address.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Registry {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let bad = || ReferenceError::Registry(text.to_owned());
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, after) = rest.split_once(']').ok_or_else(bad)?;
            address.parse::<std::net::Ipv6Addr>().map_err(|_| bad())?;
            match after.strip_prefix(':') {
                Some(port) => (None, Some(port)),
                None if after.is_empty() => (None, None),
                None => return Err(bad()),
            }
        } else {
            match text.split_once(':') {
                Some((host, port)) => (Some(host), Some(port)),
                None => (Some(text), None),
            }
        };
        if port.is_some_and(|port| !is_port(port)) || host.is_some_and(|host| !is_host_name(host)) {
            return Err(bad());
        }
        Ok(match text.to_ascii_lowercase().as_str() {
            "index.docker.io" | "registry-1.docker.io" => Self::docker_hub(),
            lower => Self(lower.to_owned()),
        })
    }
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
}

fn is_host_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

/// The name of a repository in its registry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(String);
text_type!(RepositoryName);

impl FromStr for RepositoryName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.len() > 255 {
            return Err(ReferenceError::TooLong(text.len()));
        }
        if text.is_empty() || !text.split('/').all(is_path_component) {
            return Err(ReferenceError::Repository(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_path_component(part: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut bytes = part.bytes().peekable();
    if !bytes.peek().copied().is_some_and(alphanumeric) {
        return false;
    }
    while let Some(byte) = bytes.next() {
        if alphanumeric(byte) {
            continue;
        }
        let mut run = 1;
        while bytes.next_if_eq(&byte).is_some() {
            run += 1;
        }
        let allowed = match byte {
            b'.' => run == 1,
            b'_' => run <= 2,
            b'-' => true,
            _ => false,
        };
        if !allowed || !bytes.peek().copied().is_some_and(alphanumeric) {
            return false;
        }
    }
    true
}

/// A tag of a repository.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);
text_type!(Tag);

impl Tag {
    /// The tag that stands for "no tag given".
    pub fn latest() -> Self {
        Self("latest".to_owned())
    }

    /// For texts that are made here and valid by their making.
    pub(crate) fn from_valid(text: String) -> Self {
        Self(text)
    }

    /// The tag under which cosign keeps what belongs to `digest`: `sha256-<hex>.sig`, `.att`, `.sbom`.
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
        if valid { Ok(Self(text.to_owned())) } else { Err(ReferenceError::Tag(text.to_owned())) }
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
    /// A reference to a whole repository.
    pub fn new(registry: Registry, repository: RepositoryName) -> Self {
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
        let length = registry.as_str().len() + 1 + repository.as_str().len();
        if length > 255 {
            return Err(ReferenceError::TooLong(length));
        }
        Ok(Self { registry, repository, tag, digest })
    }
}

fn split_registry(path: &str) -> Result<(Registry, RepositoryName), ReferenceError> {
    let hosted = path.split_once('/').filter(|(host, _)| {
        host.contains(['.', ':', '[']) || *host == "localhost" || host.contains(char::is_uppercase)
    });
    let (registry, rest) = match hosted {
        Some((host, rest)) => (host.parse()?, rest),
        None => (Registry::docker_hub(), path),
    };
    let repository = if registry.is_docker_hub() && !rest.contains('/') {
        // The name is checked first, so that an error shows what the user wrote.
        let _: RepositoryName = rest.parse()?;
        format!("library/{rest}").parse()?
    } else {
        rest.parse()?
    };
    Ok((registry, repository))
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
