//! The door as a whole.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use jiff::Timestamp;
use portolan_catalog::Runs;
use portolan_oci::with_causes;
use portolan_store::Store;

use super::page::page;
use super::status::Status;
use crate::access::Gate;
use crate::doors::html::NOTHING_ELSE;
use crate::doors::known;
use crate::live::Live;

/// The page at `/`.
#[derive(Clone)]
pub struct ConsoleDoor(Arc<Inner>);

struct Inner {
    store: Store,
    live: Live,
    runs: Runs,
    gate: Gate,
    since: Timestamp,
}

impl ConsoleDoor {
    /// A door that tells of this store and of the mirrors in force, to who is known where logins are asked for.
    pub fn new(store: Store, live: Live, runs: Runs, gate: Gate) -> Self {
        Self(Arc::new(Inner { store, live, runs, gate, since: Timestamp::now() }))
    }

    /// What it answers.
    pub fn router(self) -> Router {
        Router::new().route("/", get(show)).with_state(self)
    }
}

async fn show(State(ConsoleDoor(door)): State<ConsoleDoor>, request: Request) -> Response {
    if let Err(refused) = known(&door.gate, &request.into_parts().0).await {
        return refused;
    }
    match Status::gather(&door.store, &door.live, &door.runs, door.since).await {
        Ok(status) => {
            let headers = [
                (CONTENT_SECURITY_POLICY, NOTHING_ELSE),
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, Html(page(&status).into_string())).into_response()
        }
        Err(error) => {
            tracing::error!(cause = with_causes(&error), "the status cannot be told");
            (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be read now\n").into_response()
        }
    }
}
