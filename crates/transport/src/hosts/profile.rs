//! What is known about a repository's hosts.

use std::fmt;
use std::sync::Arc;

use portolan_oci::{Registry, RepositoryName, TagOrDigest};
use rustls::ClientConfig;

use super::tls::LazyTls;
use crate::{HostLimits, TransportResult};

/// The hosts that hold a repository, in the order in which they are asked.
#[derive(Debug, Clone)]
pub struct HostProfile {
    /// Mirrors first, the registry itself last. Never empty. A reader goes through those whose
    /// [`reads`](HostEndpoint::reads) cover what it asks for.
    pub endpoints: Vec<HostEndpoint>,
}

impl HostProfile {
    /// Who is written to: the registry itself.
    pub fn writing(&self) -> Option<&HostEndpoint> {
        self.endpoints.last()
    }
}

/// One host that holds a repository.
#[derive(Clone)]
pub struct HostEndpoint {
    /// Whose credentials, limits and certificates these are.
    pub registry: Registry,
    /// Host and port to connect to (`docker.io` is at `registry-1.docker.io`).
    pub authority: String,
    /// The name that the repository has there.
    pub repository: RepositoryName,
    /// How to connect.
    pub scheme: Scheme,
    /// What may be read here.
    pub reads: Reads,
    /// How much may be asked of it at once.
    pub limits: HostLimits,
    /// Token server on another host that may be given the credentials, if the user has named one.
    pub token_realm: Option<String>,
    pub(super) tls: Arc<LazyTls>,
}

impl HostEndpoint {
    /// What to secure connections with. Built at the first call and then shared: two endpoints of one host
    /// give the same [`Arc`]. Reading the system's certificates takes a moment, so this should be called only
    /// when a TLS connection is wanted.
    ///
    /// # Errors
    /// `Settings` if a certificate or key cannot be read.
    pub fn tls(&self) -> TransportResult<Arc<ClientConfig>> {
        self.tls.get()
    }

    /// Whether the host has asked for a certificate of ours when there was none to show.
    pub fn lacks_certificate(&self) -> bool {
        self.tls.lacks_certificate()
    }
}

impl fmt::Debug for HostEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, authority, repository, scheme, reads, limits, token_realm, tls: _ } = self;
        f.debug_struct("HostEndpoint")
            .field("registry", registry)
            .field("authority", authority)
            .field("repository", repository)
            .field("scheme", scheme)
            .field("reads", reads)
            .field("limits", limits)
            .field("token_realm", token_realm)
            .finish_non_exhaustive()
    }
}

/// How to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// With TLS.
    Https,
    /// Without.
    Http,
    /// With TLS if the host speaks it, else without.
    HttpsThenHttp,
}

/// What may be read from a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reads {
    /// Everything.
    #[default]
    All,
    /// Only what is asked for by digest.
    Digests,
    /// Only what is asked for by tag, and the blobs of such images.
    Tags,
    /// Nothing: this host is only written to, another one stands in for it.
    Nothing,
}

impl Reads {
    /// Whether `reference` may be asked for here.
    pub fn covers(self, reference: &TagOrDigest) -> bool {
        match self {
            Self::All => true,
            Self::Digests => matches!(reference, TagOrDigest::Digest(_)),
            Self::Tags => matches!(reference, TagOrDigest::Tag(_)),
            Self::Nothing => false,
        }
    }
}
