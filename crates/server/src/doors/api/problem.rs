//! Answers that are none (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use portolan_catalog::CatalogError;
use portolan_oci::with_causes;
use portolan_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of a problem.
pub(super) const TYPE: &str = "application/problem+json";

const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Portolan\", charset=\"UTF-8\"");

/// Why there is no other answer (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Problem {
    /// What kind of problem it is, for programs.
    #[serde(rename = "type")]
    #[schema(example = "urn:portolan:problem:not-found")]
    kind: String,
    /// The same in words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time, and what can be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What was sent cannot be understood.
    Invalid,
    /// A login is needed, or the one that was shown is wrong.
    Login,
    /// This caller may not do that.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// There is such a thing, and that cannot be done to it.
    Method,
    /// It is not in a state in which that can be done.
    Conflict,
    /// What is expected to be there is not there any more.
    Precondition,
    /// It does not come in.
    Slow,
    /// It is too long.
    TooLong,
    /// What was sent makes no sense.
    Unfit,
    /// Too much is asked at once.
    Busy,
    /// A registry or a list that is needed for it cannot be read.
    Elsewhere,
    /// It cannot be answered now.
    Unavailable,
}

impl Kind {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Invalid => (StatusCode::BAD_REQUEST, "invalid", "the request cannot be understood"),
            Self::Login => (StatusCode::UNAUTHORIZED, "login", "a login is needed"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "this is not allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "there is no such thing"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method", "this cannot be done here"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "this cannot be done now"),
            Self::Precondition => {
                (StatusCode::PRECONDITION_FAILED, "changed", "it is not what you expect it to be")
            }
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "slow", "the request did not come in"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "too-long", "the request is too long"),
            Self::Unfit => (StatusCode::UNPROCESSABLE_ENTITY, "unfit", "what was sent makes no sense"),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy", "too much is asked at once"),
            Self::Elsewhere => {
                (StatusCode::FAILED_DEPENDENCY, "elsewhere", "what is needed for it cannot be read")
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "this cannot be answered now")
            }
        }
    }

    /// A problem of this kind.
    pub(super) fn because(self, detail: impl Into<String>) -> Problem {
        let (status, kind, title) = self.parts();
        Problem {
            kind: format!("urn:portolan:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: Some(detail.into()),
        }
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self { detail: None, ..kind.because(String::new()) }
    }
}

/// What the catalogue says is for the log.
impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        tracing::error!(cause = with_causes(&error), "the API cannot answer");
        Kind::Unavailable.because("the catalogue cannot be used now; the log says why")
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(cause = with_causes(&error), "the API cannot answer");
        Kind::Unavailable.because("the store cannot be used now; the log says why")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Texts and a number: this cannot fail.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(CONTENT_TYPE, TYPE)], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}
