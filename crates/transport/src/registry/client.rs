//! One host that answers for a registry.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::{HeaderMap, header};
use portolan_oci::{Registry, RepositoryName};
use url::Url;

use super::RateLimits;
use super::auth::Auth;
use super::authority::{Authority, is_loopback};
use super::bandwidth::{Line, Pace, Toll};
use super::failure::Failure;
use super::headers::text;
use super::learnt::Learnt;
use super::net::{Net, Secured};
use super::throttle::Throttle;
use super::words::presentable;
use crate::host_tally::HostCounts;
use crate::{HostEndpoint, Scheme, Support, TransportError, TransportResult};

/// The client of one host: a registry or one of its mirrors. All repositories of the host share its
/// connections, credentials and limits, and what was learnt about it.
pub struct RegistryClient {
    pub(super) net: Arc<Net>,
    pub(super) authority: Authority,
    pub(super) auth: Auth,
    pub(super) throttle: Throttle,
    pub(super) learnt: Learnt,
    pub(super) counts: Arc<HostCounts>,
    /// The line to this host, if it is limited.
    line: Option<Line>,
    endpoint: HostEndpoint,
    /// For a host that may speak either: whether it was seen to speak plain HTTP.
    plain: AtomicBool,
    tls_pool: OnceLock<reqwest::Client>,
    plain_pool: OnceLock<reqwest::Client>,
    limits: Mutex<Option<RateLimits>>,
    warnings: Mutex<HashSet<String>>,
}

/// How many different warnings of one host are shown.
const MOST_WARNINGS: usize = 20;

impl RegistryClient {
    pub(super) fn new(net: Arc<Net>, endpoint: HostEndpoint) -> Self {
        let authority = Authority::new(&endpoint.authority, endpoint.scheme);
        Self {
            auth: Auth::new(Arc::clone(&net), &endpoint),
            throttle: Throttle::new(&endpoint.authority, &endpoint.limits, Arc::clone(&net.gate)),
            learnt: Learnt::default(),
            counts: net.tally.of(endpoint.registry.as_str()),
            line: endpoint.limits.bandwidth.map(Line::new),
            plain: AtomicBool::new(endpoint.scheme == Scheme::Http),
            tls_pool: OnceLock::new(),
            plain_pool: OnceLock::new(),
            limits: Mutex::default(),
            warnings: Mutex::default(),
            authority,
            endpoint,
            net,
        }
    }

    /// Whose client this is.
    pub fn registry(&self) -> &Registry {
        &self.endpoint.registry
    }

    /// The pull quotas that the registry named last, if it names any.
    pub fn rate_limits(&self) -> Option<RateLimits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes it for known whether the host has the referrers API, as an earlier process found out. What was
    /// seen in this one stands.
    pub fn assume_referrers_api(&self, support: Support) {
        self.learnt.referrers_api.learn(support);
    }

    /// What a body that comes in pays.
    pub(super) fn toll_in(&self) -> Toll {
        self.toll(|line| &line.down)
    }

    /// What a body that goes out pays.
    pub(super) fn toll_out(&self) -> Toll {
        self.toll(|line| &line.up)
    }

    fn toll(&self, way: impl Fn(&Line) -> &Arc<Pace>) -> Toll {
        let lines = self.line.iter().chain(&self.net.line);
        Toll::new(lines.map(|line| Arc::clone(way(line))).collect())
    }

    /// The address of something in a repository.
    pub(super) fn url(&self, repository: &RepositoryName, tail: &str) -> TransportResult<Url> {
        self.below(&format!("v2/{repository}/{tail}"))
    }

    /// The address of something at the host.
    pub(super) fn below(&self, path: &str) -> TransportResult<Url> {
        let scheme = if self.plain.load(Ordering::Relaxed) { "http" } else { "https" };
        let text = format!("{scheme}://{}/{path}", self.endpoint.authority);
        text.parse().map_err(|_| TransportError::Protocol {
            host: self.endpoint.authority.clone(),
            detail: "its name does not make an address".to_owned(),
        })
    }

    /// Remembers that the host speaks plain HTTP, if it may.
    pub(super) fn fall_back(&self, url: &Url) -> bool {
        let may = self.endpoint.scheme == Scheme::HttpsThenHttp && url.scheme() == "https";
        if may {
            self.plain.store(true, Ordering::Relaxed);
        }
        may
    }

    /// Connections for `url`, and whether it leads to the host that credentials belong to.
    pub(super) fn connect(
        &self,
        url: &Url,
        repository: &RepositoryName,
    ) -> TransportResult<(reqwest::Client, Owner)> {
        if !self.authority.owns(url) {
            return Ok((self.net.pool_elsewhere(url, repository)?, Owner::Stranger));
        }
        let secure = url.scheme() == "https";
        let kept = if secure { &self.tls_pool } else { &self.plain_pool };
        if let Some(pool) = kept.get() {
            return Ok((pool.clone(), Owner::Registry));
        }
        let secured = if secure { Secured::Tls(self.endpoint.tls()?) } else { Secured::Plain };
        let pool = self.net.pool(url, secured)?;
        Ok((kept.get_or_init(|| pool).clone(), Owner::Registry))
    }

    /// Where an answer from `from` sends us.
    pub(super) fn follow(&self, from: &Url, location: &str, what: &str) -> TransportResult<Url> {
        let forbidden = |reason: &str| TransportError::Forbidden {
            what: format!("following the registry to another address for {what}"),
            reason: reason.to_owned(),
        };
        let mut url = from.join(location).map_err(|_| TransportError::Protocol {
            host: self.endpoint.authority.clone(),
            detail: format!("an address that cannot be read, for {what}"),
        })?;
        // Neither can fail for an address with a host; without one the scheme is refused below.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        self.authority.secure(&mut url);
        match (from.scheme(), url.scheme()) {
            (_, "https") | ("http", "http") => Ok(url),
            ("https", "http") if is_loopback(&url) => Ok(url),
            ("https", "http") => Err(forbidden("it leads from TLS to plain HTTP")),
            _ => Err(forbidden("it is not an HTTP address")),
        }
    }

    /// The error for the caller who asked for `what`.
    pub(super) fn explain(&self, failure: Failure, what: &str) -> TransportError {
        if failure.is_broken() && self.endpoint.lacks_certificate() {
            return TransportError::Tls {
                host: self.registry().to_string(),
                cause: "it wants to see a client certificate, and there is none for it".into(),
            };
        }
        failure.into_error(self.registry().as_str(), what)
    }

    /// Keeps what any answer may tell.
    pub(super) fn note(&self, headers: &HeaderMap) {
        if let Some(limits) = RateLimits::from_headers(headers) {
            *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = Some(limits);
        }
        if let Some(warning) = text(headers, header::WARNING) {
            let warning = presentable(warning);
            let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
            if warnings.len() < MOST_WARNINGS && warnings.insert(warning.clone()) {
                tracing::warn!(registry = %self.endpoint.registry, warning, "the registry warns");
            }
        }
    }
}

/// Whose an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The registry's own: it may have its credentials.
    Registry,
    /// Anybody else's.
    Stranger,
}
