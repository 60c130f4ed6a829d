//! How places are written on a command line and in a configuration.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use portolan_oci::{
    Digest, DigestError, Reference, ReferenceError, Registry, RepositoryName, Tag, TagOrDigest,
};

/// A place that holds images: one repository, one layout, one archive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// A repository of a registry.
    Registry(Registry, RepositoryName),
    /// A folder in the OCI image layout.
    Layout(PathBuf),
    /// A tar archive of an OCI image layout.
    OciArchive(PathBuf),
    /// A tar archive as `docker save` writes it, and which of its images are meant.
    DockerArchive(PathBuf, InArchive),
    /// A repository of our own store.
    Store(RepositoryName),
}

/// Which images of a `docker-archive:` are meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InArchive {
    /// All. What is written is named after the file.
    All,
    /// Those that have names in this repository.
    Repository(Registry, RepositoryName),
    /// The one at this place, the first being 0. It can only be read.
    Nth(usize),
}

impl fmt::Display for InArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Repository(registry, repository) => write!(f, ":{registry}/{repository}"),
            Self::Nth(nth) => write!(f, ":@{nth}"),
        }
    }
}

impl Location {
    /// The host part of the identity under which the catalogue knows this place: the registry, or the kind
    /// of file.
    pub fn host(&self) -> &str {
        match self {
            Self::Registry(registry, _) => registry.as_str(),
            Self::Layout(_) => "oci",
            Self::OciArchive(_) => "oci-archive",
            Self::DockerArchive(..) => "docker-archive",
            Self::Store(_) => "store",
        }
    }

    /// The other part of that identity: the repository, or the path as given, with what is meant in the file.
    pub fn repository(&self) -> String {
        match self {
            Self::Registry(_, repository) | Self::Store(repository) => repository.to_string(),
            Self::Layout(path) | Self::OciArchive(path) => path.display().to_string(),
            Self::DockerArchive(path, images) => format!("{}{images}", path.display()),
        }
    }

    /// The same place, written so that it can be parsed, with a tag or digest if one is given.
    pub fn with(&self, reference: Option<&TagOrDigest>) -> String {
        match reference {
            None => self.to_string(),
            Some(TagOrDigest::Tag(tag)) => format!("{self}:{tag}"),
            Some(TagOrDigest::Digest(digest)) => format!("{self}@{digest}"),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(registry, repository) => write!(f, "{registry}/{repository}"),
            Self::Layout(path) => write!(f, "oci:{}", path.display()),
            Self::OciArchive(path) => write!(f, "oci-archive:{}", path.display()),
            Self::DockerArchive(path, images) => write!(f, "docker-archive:{}{images}", path.display()),
            Self::Store(repository) => write!(f, "store:{repository}"),
        }
    }
}

/// Why a text names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The reference after the transport is malformed.
    #[error("{text:?} is not a reference to an image")]
    Reference {
        /// What was written.
        text: String,
        /// What is wrong with it.
        #[source]
        cause: ReferenceError,
    },
    /// The path is missing.
    #[error("{0:?} names no path (expected `{transport}:PATH[:TAG]`)", transport = .0.trim_end_matches(':'))]
    NoPath(String),
    /// What stands behind an `@` is no place in an archive.
    #[error("{0:?} names no image of the archive (expected a number behind `@`, the first image being @0)")]
    NoNumber(String),
    /// A transport that other tools have.
    #[error("transport {0:?} is not known (known: docker://, oci:, oci-archive:, docker-archive:, store:)")]
    UnknownTransport(String),
}

/// A place and what is meant in it, as written by a user:
/// `[docker://]host/repository[:tag][@digest]`, `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE[:TAG|@DIGEST]`,
/// `docker-archive:FILE[:TAG|:NAME[:TAG]|:@NUMBER][@DIGEST]`, `store:REPOSITORY[:TAG][@DIGEST]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The place.
    pub location: Location,
    /// The tag, if one was written.
    pub tag: Option<Tag>,
    /// The digest, if one was written.
    pub digest: Option<Digest>,
}

impl Endpoint {
    /// What was named, if anything: the digest before the tag.
    pub fn named(&self) -> Option<TagOrDigest> {
        self.digest.map(TagOrDigest::Digest).or_else(|| self.tag.clone().map(TagOrDigest::Tag))
    }

    /// What to read: what was named, else at a registry `latest`. Elsewhere `None` means "the only image".
    pub fn selector(&self) -> Option<TagOrDigest> {
        self.named().or_else(|| match self.location {
            Location::Registry(..) | Location::Store(_) => Some(TagOrDigest::Tag(Tag::latest())),
            _ => None,
        })
    }
}

type MakeLocation = fn(PathBuf) -> Location;

const FILE_TRANSPORTS: &[(&str, MakeLocation)] =
    &[("oci:", Location::Layout), ("oci-archive:", Location::OciArchive)];

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if let Some(rest) = text.strip_prefix("docker://") {
            return registry_endpoint(text, rest);
        }
        for (prefix, location) in FILE_TRANSPORTS {
            if let Some(rest) = text.strip_prefix(prefix) {
                return file_endpoint(text, rest, *location);
            }
        }
        if let Some(rest) = text.strip_prefix("docker-archive:") {
            return docker_archive_endpoint(text, rest);
        }
        if let Some(rest) = text.strip_prefix("store:") {
            return store_endpoint(text, rest);
        }
        if let Some(transport) = unknown_transport(text) {
            return Err(EndpointError::UnknownTransport(transport.to_owned()));
        }
        registry_endpoint(text, text)
    }
}

/// The transports of other tools, which would otherwise be read as an image name with a tag.
fn unknown_transport(text: &str) -> Option<&str> {
    if let Some((scheme, _)) = text.split_once("://") {
        return Some(scheme);
    }
    let (scheme, _) = text.split_once(':')?;
    ["dir", "containers-storage", "docker-daemon", "ostree", "sif", "tarball"]
        .contains(&scheme)
        .then_some(scheme)
}

fn registry_endpoint(text: &str, rest: &str) -> Result<Endpoint, EndpointError> {
    let reference: Reference =
        rest.parse().map_err(|cause| EndpointError::Reference { text: text.to_owned(), cause })?;
    Ok(Endpoint {
        location: Location::Registry(reference.registry().clone(), reference.repository().clone()),
        tag: reference.tag().cloned(),
        digest: reference.digest().copied(),
    })
}

fn file_endpoint(text: &str, rest: &str, location: MakeLocation) -> Result<Endpoint, EndpointError> {
    let bad = |cause| EndpointError::Reference { text: text.to_owned(), cause };
    let (rest, digest) = without_digest(text, rest)?;
    let (path, tag) = match rest.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag.parse().map_err(bad)?)),
        _ => (rest, None),
    };
    if path.is_empty() {
        return Err(EndpointError::NoPath(text.to_owned()));
    }
    Ok(Endpoint { location: location(Path::new(path).to_owned()), tag, digest })
}

fn without_digest<'a>(text: &str, rest: &'a str) -> Result<(&'a str, Option<Digest>), EndpointError> {
    let bad = |cause: DigestError| EndpointError::Reference { text: text.to_owned(), cause: cause.into() };
    match rest.rsplit_once('@') {
        Some((path, digest)) if digest.contains(':') && !digest.contains('/') && !path.ends_with(':') => {
            Ok((path, Some(digest.parse().map_err(bad)?)))
        }
        _ => Ok((rest, None)),
    }
}

/// A repository has no colon in its name, so what stands behind one is a tag.
fn store_endpoint(text: &str, rest: &str) -> Result<Endpoint, EndpointError> {
    let bad = |cause| EndpointError::Reference { text: text.to_owned(), cause };
    let (rest, digest) = without_digest(text, rest)?;
    let (repository, tag) = rest.split_once(':').map_or((rest, None), |(name, tag)| (name, Some(tag)));
    let location = Location::Store(repository.parse().map_err(bad)?);
    Ok(Endpoint { location, tag: tag.map(str::parse).transpose().map_err(bad)?, digest })
}

/// The path ends at the first colon, as for other tools; one word behind it is a tag, as for other files.
fn docker_archive_endpoint(text: &str, rest: &str) -> Result<Endpoint, EndpointError> {
    let bad = |cause| EndpointError::Reference { text: text.to_owned(), cause };
    let (rest, digest) = without_digest(text, rest)?;
    let (path, name) = rest.split_once(':').map_or((rest, None), |(path, name)| (path, Some(name)));
    if path.is_empty() {
        return Err(EndpointError::NoPath(text.to_owned()));
    }
    let (images, tag) = match name {
        None => (InArchive::All, None),
        Some(name) if name.starts_with('@') => {
            let (number, tag) = name.split_once(':').map_or((name, None), |(nth, tag)| (nth, Some(tag)));
            let number = number.trim_start_matches('@').parse();
            let number = number.map_err(|_| EndpointError::NoNumber(text.to_owned()))?;
            (InArchive::Nth(number), tag.map(str::parse).transpose().map_err(bad)?)
        }
        Some(name) if name.contains(['/', ':']) => {
            let name: Reference = name.parse().map_err(bad)?;
            let (registry, repository) = (name.registry().clone(), name.repository().clone());
            (InArchive::Repository(registry, repository), name.tag().cloned())
        }
        Some(tag) => (InArchive::All, Some(tag.parse().map_err(bad)?)),
    };
    Ok(Endpoint { location: Location::DockerArchive(path.into(), images), tag, digest })
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.location)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}
