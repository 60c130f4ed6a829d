//! What came back.

use bytes::Bytes;
use http::header::AsHeaderName;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use super::body::Incoming;
use super::failure::Failure;
use super::headers::text;
use super::retry::waiting_time;
use super::status::{About, Refusal, refusal};
use crate::{TransportError, TransportResult};

/// How much of a refusal is read.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// An answer whose body has not been read yet.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Where it came from, after redirects.
    pub(super) url: Url,
    pub(super) body: Incoming,
    pub(super) about: About,
}

impl Answer {
    pub(super) fn text(&self, name: impl AsHeaderName) -> Option<&str> {
        text(&self.headers, name)
    }

    /// The same answer with its body read.
    pub(super) async fn at_hand(self, limit: usize) -> Result<Self, Failure> {
        match self.body.all(limit).await? {
            Some(bytes) => Ok(Self { body: Incoming::at_hand(bytes), ..self }),
            None => Err(Failure::Decided(too_long(self.about, limit))),
        }
    }

    /// The body, if it is not longer than `limit`.
    pub(super) async fn bytes(self, limit: usize) -> TransportResult<Bytes> {
        let Self { body, about, .. } = self;
        match body.all(limit).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(too_long(about, limit)),
            Err(failure) => Err(failure.into_error(&about.host, &about.what)),
        }
    }

    /// The body as JSON.
    pub(super) async fn json<T: DeserializeOwned>(self, limit: usize) -> TransportResult<T> {
        let about = self.about.clone();
        let bytes = self.bytes(limit).await?;
        serde_json::from_slice(&bytes).map_err(|cause| TransportError::Protocol {
            host: about.host,
            detail: format!("the answer for {} is not the JSON expected: {cause}", about.what),
        })
    }

    /// Nothing more is wanted; the connection can be used again.
    pub(super) async fn done(self) {
        self.body.drain().await;
    }

    /// The error that this answer is.
    pub(super) async fn refused(self) -> TransportError {
        let body = self.body.all(LONGEST_REFUSAL).await.ok().flatten().unwrap_or_default();
        let retry_after = waiting_time(&self.headers);
        refusal(&self.about, &Refusal { status: self.status, retry_after, body: &body })
    }

    /// An answer that breaks the protocol.
    pub(super) fn broken(&self, detail: &str) -> TransportError {
        let About { host, what, .. } = &self.about;
        TransportError::Protocol { host: host.clone(), detail: format!("{detail}, for {what}") }
    }
}

fn too_long(about: About, limit: usize) -> TransportError {
    TransportError::Protocol {
        host: about.host,
        detail: format!("the answer for {} is longer than {limit} bytes", about.what),
    }
}
