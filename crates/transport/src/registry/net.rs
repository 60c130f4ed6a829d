//! The connections, and what all clients share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portolan_oci::{Registry, RepositoryName};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::ClientOptions;
use super::authority::{authority, is_loopback};
use super::bandwidth::Line;
use crate::{Cause, HostGate, HostTally, Hosts, RealmPins, TransportError, TransportResult};

const USER_AGENT: &str = concat!("portolan/", env!("CARGO_PKG_VERSION"));
/// For lines with a long way: 4 MiB under way are 40 MB/s at 100 ms, for each body. What a slow reader leaves
/// in them is kept in memory.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 8 * 1024 * 1024;
const FRAME: u32 = 256 * 1024;
/// Servers close idle connections after a minute or more.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// What all clients share: where settings come from, limits, and one pool of connections for each host and way
/// of securing them.
pub(crate) struct Net {
    pub(super) hosts: Hosts,
    pub(super) gate: Arc<dyn HostGate>,
    pub(super) pins: Arc<dyn RealmPins>,
    pub(super) options: ClientOptions,
    /// The line to all hosts, if it is limited.
    pub(super) line: Option<Line>,
    pub(super) tally: HostTally,
    pools: Mutex<HashMap<(String, Secured), reqwest::Client>>,
}

/// How the connections of a pool are secured.
#[derive(Clone)]
pub(super) enum Secured {
    /// Not at all.
    Plain,
    /// By this.
    Tls(Arc<ClientConfig>),
}

impl PartialEq for Secured {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}
impl Eq for Secured {}

impl std::hash::Hash for Secured {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl Secured {
    /// Configurations are the same if they are one: each host's is made once.
    fn address(&self) -> Option<*const ClientConfig> {
        match self {
            Self::Plain => None,
            Self::Tls(config) => Some(Arc::as_ptr(config)),
        }
    }
}

impl Net {
    pub(crate) fn new(
        hosts: Hosts,
        gate: Arc<dyn HostGate>,
        pins: Arc<dyn RealmPins>,
        (options, tally): (ClientOptions, HostTally),
    ) -> Self {
        let line = options.bandwidth.map(Line::new);
        Self { hosts, gate, pins, options, line, tally, pools: Mutex::default() }
    }

    /// Connections to the host of `url`.
    pub(super) fn pool(&self, url: &Url, secured: Secured) -> TransportResult<reqwest::Client> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (authority(url), secured);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let pool = self.build(url, &key.1)?;
        pools.insert(key, pool.clone());
        Ok(pool)
    }

    /// Connections to a host that is not the registry's own, by its own settings: the certificates of one host
    /// are never shown to another.
    pub(super) fn pool_elsewhere(
        &self,
        url: &Url,
        repository: &RepositoryName,
    ) -> TransportResult<reqwest::Client> {
        if url.scheme() != "https" {
            return self.pool(url, Secured::Plain);
        }
        let host = authority(url);
        let registry: Registry = host.parse().map_err(|cause| unusable(&host, cause))?;
        let profile = self.hosts.profile(&registry, repository)?;
        match profile.writing() {
            Some(endpoint) => self.pool(url, Secured::Tls(endpoint.tls()?)),
            None => Err(unusable(&host, "nobody answers for it")),
        }
    }

    fn build(&self, url: &Url, secured: &Secured) -> TransportResult<reqwest::Client> {
        let tls = match secured {
            Secured::Tls(config) => ClientConfig::clone(config),
            Secured::Plain => no_tls().map_err(|cause| unusable(&authority(url), cause))?,
        };
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.options.connect_timeout)
            .tcp_nodelay(true)
            .pool_idle_timeout(POOL_IDLE)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_max_frame_size(FRAME)
            .tls_backend_preconfigured(tls);
        let builder = if is_loopback(url) { builder.no_proxy() } else { builder };
        builder.build().map_err(|cause| unusable(&authority(url), cause))
    }
}

/// For connections that are not to be secured: nobody is trusted.
fn no_tls() -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn unusable(host: &str, cause: impl Into<Cause>) -> TransportError {
    TransportError::Settings { what: format!("host {host}"), cause: cause.into() }
}
