//! One request, before it is known where exactly it goes and with which credentials.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::auth::Scope;
use super::retry::{Hurry, Repeat};
use super::status::Sends;
use crate::{ByteStream, Weight};

/// What is asked of a registry.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) to: To,
    pub(super) headers: HeaderMap,
    pub(super) payload: Payload,
    pub(super) scope: Scope,
    pub(super) weight: Weight,
    pub(super) sends: Sends,
    pub(super) hurry: Hurry,
    /// The answer, if it is 200, is read to its end as part of the request, so that one that breaks off is
    /// asked for again. It has at most so many bytes.
    pub(super) whole: Option<usize>,
    /// What is asked for, for errors.
    pub(super) what: String,
}

/// Where a request goes.
pub(super) enum To {
    /// Below `/v2/<repository>/`, with the query.
    Repository(String),
    /// Below `/v2/` itself, with the query.
    Registry(String),
    /// Below `/api/v1/`, with the query.
    Api(String),
    /// Where the registry said.
    Url(Url),
}

/// The body of a request.
pub(super) enum Payload {
    Empty,
    Whole(Bytes),
    /// This many bytes, as they come.
    Stream(u64, ByteStream),
    /// A stream that was read.
    Gone,
}

impl Payload {
    pub(super) fn repeat(&self) -> Repeat {
        match self {
            Self::Gone => Repeat::Lost,
            _ => Repeat::Possible,
        }
    }
}

impl Ask {
    /// A light request without a body.
    pub(super) fn new(method: Method, tail: impl Into<String>, scope: Scope, what: String) -> Self {
        Self {
            method,
            to: To::Repository(tail.into()),
            headers: HeaderMap::new(),
            payload: Payload::Empty,
            scope,
            weight: Weight::Light,
            sends: Sends::Nothing,
            hurry: Hurry::Patient,
            whole: None,
            what,
        }
    }

    /// A request to an upload session.
    pub(super) fn of_session(method: Method, session: Url, scope: Scope, what: String) -> Self {
        let ask = Self::new(method, String::new(), scope, what);
        Self { to: To::Url(session), sends: Sends::Blob, ..ask }
    }

    pub(super) fn header(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.insert(name, value.into());
        self
    }
}
