//! Counting requests.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use tracing::Instrument as _;

use super::Metrics;
use crate::telemetry::incoming;

/// A request that is being answered; counts as ended however it ends.
struct UnderWay(Metrics);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.ended();
    }
}

/// Counts a request, and makes a span of it: to be laid around all doors ([`axum::middleware::from_fn_with_state`]).
pub async fn count(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let (method, since) = (word(request.method()), Instant::now());
    metrics.begun();
    let under_way = UnderWay(metrics);
    let span = incoming::span(&request);
    let response = next.run(request).instrument(span.clone()).await;
    incoming::note(&span, response.status());
    under_way.0.answered(method, response.status().as_u16(), since.elapsed());
    response
}

/// The methods that are told apart.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
