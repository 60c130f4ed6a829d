//! The door as a whole.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use portolan_catalog::Runs;
use portolan_store::Store;

use super::ready;
use crate::access::Gate;
use crate::doors::known;
use crate::metrics::Metrics;

/// Health and metrics.
#[derive(Debug, Clone)]
pub struct HealthDoor {
    pub(super) store: Store,
    runs: Runs,
    metrics: Metrics,
    gate: Gate,
}

impl HealthDoor {
    /// A door that tells about this store and these runs, and what was counted.
    pub fn new(store: Store, runs: Runs, metrics: Metrics, gate: Gate) -> Self {
        Self { store, runs, metrics, gate }
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
    if let Err(refused) = known(&door.gate, &request.into_parts().0).await {
        return refused;
    }
    door.metrics.note_store(&door.store).await;
    door.metrics.note_awaited(&door.runs).await;
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, text)], door.metrics.text()).into_response()
}
