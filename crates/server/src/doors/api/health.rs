//! `GET /api/v1/health`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use portolan_oci::with_causes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asking::Viewer;
use super::door::ApiDoor;

/// How the daemon is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Health {
    /// Whether it can work.
    ready: bool,
    /// What is in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Its version.
    version: String,
    /// Bytes left on the volume of its store, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free_bytes: Option<u64>,
    /// The configuration that was read last, if it could not be taken: what was in force before still is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused_configuration: Option<RefusedConfiguration>,
}

/// A configuration that could not be taken.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RefusedConfiguration {
    /// When it was read.
    at: Timestamp,
    /// What is wrong with it.
    why: String,
}

/// How the daemon is
///
/// The answer is the same whether it can work or not; `/readyz` tells that by its status.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = OK, body = Health)))]
async fn health(_: Viewer, State(door): State<ApiDoor>) -> Json<Health> {
    let parts = door.parts();
    let problem = parts.store.check().await.err().map(|error| with_causes(&error));
    let refused = parts.live.refused();
    Json(Health {
        ready: problem.is_none(),
        problem,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        free_bytes: parts.store.free_bytes().await.ok(),
        refused_configuration: refused
            .map(|refused| RefusedConfiguration { at: refused.at, why: refused.why }),
    })
}

pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::new().routes(routes!(health))
}
