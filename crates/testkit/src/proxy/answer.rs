//! Answers that the proxy gives in the upstream's place.

use bytes::Bytes;
use http::{Response, StatusCode};

/// A scripted answer.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Bytes,
    pub(super) timing: Timing,
}

/// When a scripted answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// After the request's body has been read.
    Late,
    /// At once, and the connection is closed with the rest of the request unread.
    Early,
}

impl Answer {
    /// An answer with this status, without a body, given when the request has been read to its end.
    pub fn status(code: u16) -> Self {
        let status = StatusCode::from_u16(code).expect("a status");
        Self { status, headers: Vec::new(), body: Bytes::new(), timing: Timing::Late }
    }

    /// An answer with the error body of a registry.
    pub fn error(code: u16, error: &str) -> Self {
        let body = format!(r#"{{"errors":[{{"code":"{error}","message":"scripted by the test"}}]}}"#);
        Self::status(code).header("content-type", "application/json").body(body)
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Given at once, without reading the request's body; the connection is closed after it.
    pub fn early(mut self) -> Self {
        self.timing = Timing::Early;
        self
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        if self.timing == Timing::Early {
            response = response.header("connection", "close");
        }
        response.body(self.body).expect("the scripted headers are valid")
    }
}
