//! The door as a whole.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use portolan_catalog::{Nodes, Runs, Tasks};
use portolan_store::Store;

use super::ready;
use crate::access::Gate;
use crate::doors::known;
use crate::metrics::Metrics;

/// Health and metrics.
#[derive(Debug, Clone)]
pub struct HealthDoor {
    pub(super) store: Store,
    counted: Counted,
    metrics: Metrics,
    gate: Gate,
}

/// What is counted when somebody looks.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Images that mirrors were told of.
    pub runs: Runs,
    /// Who shares the catalogue.
    pub nodes: Nodes,
    /// What runs give to them.
    pub tasks: Tasks,
}

impl HealthDoor {
    /// A door that tells about this store and these, and what was counted before.
    pub fn new(store: Store, counted: Counted, metrics: Metrics, gate: Gate) -> Self {
        Self { store, counted, metrics, gate }
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
    let Counted { runs, nodes, tasks } = &door.counted;
    door.metrics.note_awaited(runs).await;
    door.metrics.note_company(nodes, tasks).await;
    let text = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, text)], door.metrics.text()).into_response()
}
