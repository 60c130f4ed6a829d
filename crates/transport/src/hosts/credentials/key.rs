//! The keys of a credential file.

use portolan_oci::{Registry, RepositoryName};

/// Docker's key for Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// What a key stands for: a registry, or the repositories below a path of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    registry: Registry,
    /// Without slashes at its ends; empty for the whole registry.
    path: String,
}

impl Scope {
    /// `host[:port][/path]`, or the address forms that older tools wrote: `https://host[:port][/v1/]`. `None`
    /// for what belongs to something else than a registry.
    pub(super) fn parse(key: &str) -> Option<Self> {
        let address = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
        let (host, path) = address.unwrap_or(key).split_once('/').unwrap_or((address.unwrap_or(key), ""));
        let path = path.trim_matches('/');
        let version = path.is_empty() || path == "v1" || path == "v2";
        if address.is_some() && !version {
            return None;
        }
        let path = if version { String::new() } else { path.to_owned() };
        Some(Self { registry: host.parse().ok()?, path })
    }

    /// Whether it is the whole of `registry`.
    pub(super) fn is_registry(&self, registry: &Registry) -> bool {
        self.registry == *registry && self.path.is_empty()
    }

    /// How many parts of the repository's name it matches, if it matches at all.
    pub(super) fn depth(&self, registry: &Registry, repository: &RepositoryName) -> Option<usize> {
        if self.is_registry(registry) {
            return Some(0);
        }
        let rest = repository.as_str().strip_prefix(&self.path)?;
        let whole = rest.is_empty() || rest.starts_with('/');
        (self.registry == *registry && whole).then(|| self.path.split('/').count())
    }
}

/// The key under which Docker keeps a registry.
pub(super) fn docker_key(registry: &Registry) -> &str {
    if registry.is_docker_hub() { DOCKER_HUB_KEY } else { registry.as_str() }
}
