//! The span of a request that is answered.

use axum::extract::Request;
use http::StatusCode;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::field::Empty;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::TARGET;

/// The span of this request, a part of the sender's trace if it tells of one (W3C `traceparent`). Of its address no more
/// than the path is told, and no number of an upload: who knows that may go on with it.
pub(crate) fn span(request: &Request) -> Span {
    let (method, path) = (request.method(), request.uri().path());
    let span = info_span!(
        target: TARGET,
        "answer",
        otel.name = %format_args!("answer {method}"),
        otel.kind = "server",
        http.request.method = %method,
        url.path = told(path),
        http.response.status_code = Empty,
        otel.status_code = Empty,
    );
    if !span.is_disabled() {
        let theirs = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
        if theirs.span().span_context().is_valid() && span.set_parent(theirs).is_err() {
            tracing::debug!("the trace of a request cannot be gone on with");
        }
    }
    span
}

/// Notes how it was answered.
pub(crate) fn note(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

fn told(path: &str) -> &str {
    const SESSIONS: &str = "/blobs/uploads/";
    path.find(SESSIONS).and_then(|at| path.get(..at + SESSIONS.len())).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_uploads_no_number_is_told() {
        assert_eq!(told("/v2/a/b/blobs/uploads/0b8c"), "/v2/a/b/blobs/uploads/");
        assert_eq!(told("/v2/a/manifests/1"), "/v2/a/manifests/1");
    }
}
