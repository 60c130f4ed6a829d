//! The door as a whole.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use portolan_oci::with_causes;
use portolan_store::Store;

use super::ready;
use crate::access::{Caller, Gate, Refusal};
use crate::metrics::Metrics;

/// Health and metrics.
#[derive(Debug, Clone)]
pub struct HealthDoor {
    pub(super) store: Store,
    metrics: Metrics,
    gate: Gate,
}

impl HealthDoor {
    /// A door that tells about this store, and what was counted.
    pub fn new(store: Store, metrics: Metrics, gate: Gate) -> Self {
        Self { store, metrics, gate }
    }

    /// What it answers.
    pub fn router(self) -> Router {
        Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(ready::ready))
            .route("/metrics", get(metrics))
            .with_state(self)
    }
}

/// All that is counted, as text: for who is known, where logins are asked for.
async fn metrics(State(door): State<HealthDoor>, request: Request) -> Response {
    match door.gate.caller(&request.into_parts().0).await {
        Ok(Caller::Anybody | Caller::Known(_)) => {}
        Ok(Caller::Stranger(_) | Caller::Guest(_)) | Err(Refusal::Wrong) => {
            let challenge = [(WWW_AUTHENTICATE, "Basic realm=\"Portolan\", charset=\"UTF-8\"")];
            return (StatusCode::UNAUTHORIZED, challenge, "a login is needed\n").into_response();
        }
        Err(refusal @ Refusal::Busy) => {
            return (StatusCode::TOO_MANY_REQUESTS, format!("{refusal}\n")).into_response();
        }
        Err(Refusal::Catalog(error)) => {
            tracing::error!(cause = %with_causes(&error), "a login cannot be checked");
            return (StatusCode::SERVICE_UNAVAILABLE, "logins cannot be checked now\n").into_response();
        }
    }
    door.metrics.note_store(&door.store).await;
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, text)], door.metrics.text()).into_response()
}
