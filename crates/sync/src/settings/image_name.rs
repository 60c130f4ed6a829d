//! An image by its name.

use std::fmt;
use std::str::FromStr;

use portolan_oci::{Registry, RepositoryName};
use portolan_transport::{Endpoint, EndpointError, Location};

use super::setting_text;

/// An image by its name: `registry.example.com/app:1.0`, by tag or digest, or in any other place
/// (`oci:DIR:TAG`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName {
    endpoint: Endpoint,
    /// As somebody wrote it.
    written: Option<String>,
}
setting_text!(ImageName);

impl ImageName {
    /// Where it is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Its name without tag and digest: as it is written in a list, else as short as can be (`debian`,
    /// `quay.io/team/app`). `None` for what is in no registry.
    pub fn name(&self) -> Option<String> {
        let Location::Registry(registry, repository) = &self.endpoint.location else { return None };
        let Some(written) = &self.written else {
            return Some(familiar(registry, repository));
        };
        let name = written.strip_prefix("docker://").unwrap_or(written);
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        // A colon before the last slash is that of a port.
        let tagged = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        Some(tagged.map_or(name, |(name, _)| name).to_owned())
    }
}

impl From<Endpoint> for ImageName {
    fn from(endpoint: Endpoint) -> Self {
        Self { endpoint, written: None }
    }
}

impl FromStr for ImageName {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        Ok(Self { endpoint: text.parse()?, written: Some(text.to_owned()) })
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

/// As one writes it: without the host of Docker Hub, and without its `library/`.
fn familiar(registry: &Registry, repository: &RepositoryName) -> String {
    if !registry.is_docker_hub() {
        return format!("{registry}/{repository}");
    }
    let name = repository.as_str();
    name.strip_prefix("library/").unwrap_or(name).to_owned()
}
