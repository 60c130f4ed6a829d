//! One `[[registry]]` entry: what it is for and what it says.

use std::fmt;
use std::path::PathBuf;

use portolan_oci::{Reference, Registry, RepositoryName};

use crate::hosts::tls::Verification;
use crate::hosts::{HostsError, Reads};

/// An entry.
#[derive(Debug, Clone)]
pub(in crate::hosts) struct Rule {
    /// What it is for.
    pub(in crate::hosts) prefix: Prefix,
    /// Where that really is.
    pub(super) location: Option<Location>,
    /// Whether certificates count; if not, plain HTTP will do too.
    pub(super) verification: Verification,
    /// Whether it must not be used.
    pub(in crate::hosts) blocked: bool,
    pub(super) mirrors: Vec<Mirror>,
    /// Where it was read.
    pub(in crate::hosts) file: PathBuf,
}

/// A host that has the same content.
#[derive(Debug, Clone)]
pub(super) struct Mirror {
    pub(super) location: Location,
    pub(super) verification: Verification,
    pub(super) reads: Reads,
}

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::hosts) struct Place {
    /// The host.
    pub(in crate::hosts) registry: Registry,
    /// The repository there.
    pub(in crate::hosts) repository: RepositoryName,
    /// Whether certificates count; if not, plain HTTP will do too.
    pub(in crate::hosts) verification: Verification,
    /// What may be read there.
    pub(in crate::hosts) reads: Reads,
}

impl Rule {
    /// Where a repository that this rule is for is read: at the mirrors, then at its location. The place that
    /// its name says comes last, and is only written to if the location is another one.
    pub(in crate::hosts) fn places(
        &self,
        registry: &Registry,
        repository: &RepositoryName,
    ) -> Result<Vec<Place>, HostsError> {
        let at = |location: &Location, verification, reads| {
            let (registry, repository) = location.place(&self.prefix, registry, repository)?;
            Ok(Place { registry, repository, verification, reads })
        };
        let mut places = self
            .mirrors
            .iter()
            .map(|mirror| at(&mirror.location, mirror.verification, mirror.reads))
            .collect::<Result<Vec<_>, HostsError>>()?;
        let mut own = Place::named(registry, repository);
        own.verification = self.verification;
        if let Some(location) = &self.location {
            let place = at(location, self.verification, Reads::All)?;
            if place != own {
                places.push(place);
                own.reads = Reads::Nothing;
            }
        }
        places.push(own);
        Ok(places)
    }
}

impl Place {
    /// Where the name says.
    pub(in crate::hosts) fn named(registry: &Registry, repository: &RepositoryName) -> Self {
        let (registry, repository) = (registry.clone(), repository.clone());
        Self { registry, repository, verification: Verification::Certificate, reads: Reads::All }
    }
}

/// What a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::hosts) enum Prefix {
    /// A host and perhaps a path: that repository and all below it.
    Path(String),
    /// All hosts that end with this text, which starts with a dot.
    Subdomains(String),
}

impl Prefix {
    /// `host[:port][/path]` or `*.domain`; `None` for a single tag or digest.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        if let Some(domain) = text.strip_prefix('*') {
            let plain = |label: &str| {
                !label.is_empty()
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            };
            let domain = domain.to_ascii_lowercase();
            let valid = domain.strip_prefix('.').is_some_and(|rest| rest.split('.').all(plain));
            return if valid {
                Ok(Some(Self::Subdomains(domain)))
            } else {
                Err("a prefix with `*` has the form `*.example.com`")
            };
        }
        let Location(text) = Location::parse(text)?;
        let last = text.split_once('/').map_or("", |(_, path)| path);
        Ok((!last.contains([':', '@'])).then_some(Self::Path(text)))
    }

    /// How much of the names it fixes, if it is for this repository: the rule with the most counts.
    pub(super) fn weight(&self, registry: &Registry, repository: &RepositoryName) -> Option<usize> {
        match self {
            Self::Path(path) => {
                rest(path, registry, repository)?;
                Some(path.len())
            }
            Self::Subdomains(domain) => {
                // The asterisk counts too.
                registry.host().ends_with(domain.as_str()).then_some(domain.len() + 1)
            }
        }
    }
}

/// What follows `path` in the full name: nothing, or a path with a slash before it.
fn rest(path: &str, registry: &Registry, repository: &RepositoryName) -> Option<String> {
    let name = format!("{registry}/{repository}");
    let rest = name.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Subdomains(domain) => write!(f, "*{domain}"),
        }
    }
}

/// What takes the place of a prefix: `host[:port][/path]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location(String);

impl Location {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim_end_matches('/');
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        if host.parse::<Registry>().is_err() {
            return Err(
                "a location has the form HOST[:PORT][/PATH], without `https://`; a host without a dot needs a port",
            );
        }
        let slash = if path.is_empty() { "" } else { "/" };
        Ok(Self(format!("{}{slash}{path}", host.to_ascii_lowercase())))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a repository is, if `prefix` is replaced with this.
    fn place(
        &self,
        prefix: &Prefix,
        registry: &Registry,
        repository: &RepositoryName,
    ) -> Result<(Registry, RepositoryName), HostsError> {
        let rest = match prefix {
            Prefix::Path(path) => rest(path, registry, repository).unwrap_or_default(),
            Prefix::Subdomains(_) => format!("/{repository}"),
        };
        let text = format!("{}{rest}", self.0);
        match text.parse::<Reference>() {
            Ok(place) if place.tag().is_none() && place.digest().is_none() => {
                Ok((place.registry().clone(), place.repository().clone()))
            }
            _ => Err(HostsError::Location(text)),
        }
    }
}
