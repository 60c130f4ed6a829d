//! What is sent to others than registries.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use portolan_oci::RepositoryName;
use reqwest::{Body, Request};
use tokio::time::timeout;
use url::Url;

use super::authority::authority;
use super::body::Incoming;
use super::failure::Failure;
use super::net::Net;
use crate::{TransportError, TransportResult};

/// Bytes of an answer, at most.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends bytes to addresses that the configuration names, with the certificates that it gives their hosts. No login goes
/// along, and no redirect is followed.
#[derive(Clone)]
pub struct Courier {
    net: Arc<Net>,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").finish_non_exhaustive()
    }
}

impl Courier {
    pub(super) fn new(net: Arc<Net>) -> Self {
        Self { net }
    }

    /// Sends `body` once, and gives the answer, whatever it says; a body of more than 64 KiB is left out.
    ///
    /// # Errors
    /// If the host cannot be reached, or does not answer.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> TransportResult<(StatusCode, Bytes)> {
        let (host, idle) = (authority(url), self.net.options.idle_timeout);
        let what = format!("what is sent to {host}");
        let nothing: RepositoryName = "courier".parse().map_err(|_| TransportError::Protocol {
            host: host.clone(),
            detail: "nobody can be asked there".to_owned(),
        })?;
        let pool = self.net.pool_elsewhere(url, &nothing)?;
        let mut request = Request::new(Method::POST, url.clone());
        *request.headers_mut() = headers;
        *request.body_mut() = Some(Body::from(body));
        let failed = |failure: Failure| failure.into_error(&host, &what);
        let sent = timeout(idle, pool.execute(request)).await;
        let response = match sent {
            Err(_) => return Err(failed(Failure::Silence(idle))),
            Ok(Err(cause)) => return Err(failed(cause.into())),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        let answer = Incoming::new(response.into(), idle, None).all(LONGEST_ANSWER).await;
        Ok((status, answer.map_err(failed)?.unwrap_or_default()))
    }
}
