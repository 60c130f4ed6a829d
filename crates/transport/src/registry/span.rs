//! The span of one request, for traces.

use http::Method;
use reqwest::Response;
use tracing::field::Empty;
use tracing::{Span, info_span};
use url::Url;

use super::authority::authority;
use crate::TRACES;

/// Until the head of the answer has come. Of the address no more than the host is told: paths and queries may be signed.
pub(super) fn of_request(method: &Method, url: &Url) -> Span {
    info_span!(
        target: TRACES,
        "request",
        otel.name = %method,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = %method,
        http.response.status_code = Empty,
        server.address = authority(url),
    )
}

/// Notes what came; nothing, if nothing did.
pub(super) fn note(span: &Span, response: Option<&Response>) {
    match response.map(Response::status) {
        Some(status) => {
            span.record("http.response.status_code", i64::from(status.as_u16()));
            if status.is_server_error() {
                span.record("otel.status_code", "ERROR");
            }
        }
        None => {
            span.record("otel.status_code", "ERROR");
        }
    }
}
