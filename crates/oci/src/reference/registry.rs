//! The registry's part of a reference.

use std::str::FromStr;

use super::ReferenceError;
use super::text::text_type;

/// A registry: a host name or address with an optional port, in lower case. `index.docker.io` and
/// `registry-1.docker.io` are written `docker.io`.
///
/// A host without a dot and without a port is a registry only if it is `localhost`: so every registry can
/// stand in front of a repository and is read there as what it is.
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
        match text.to_ascii_lowercase().as_str() {
            "index.docker.io" | "registry-1.docker.io" => Ok(Self::docker_hub()),
            bare if bare != "localhost" && !bare.contains(['.', ':']) => {
                Err(ReferenceError::ShortRegistry(text.to_owned()))
            }
            lower => Ok(Self(lower.to_owned())),
        }
    }
}

fn is_port(port: &str) -> bool {
    // Without leading zeros: two texts of one port would be two registries.
    port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0') && port.parse::<u16>().is_ok()
}

fn is_host_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}
