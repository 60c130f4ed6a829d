//! The door as a whole.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use jiff::Timestamp;
use portolan_oci::with_causes;

use super::page::page;
use super::status::{Status, Subject};
use crate::access::Gate;
use crate::doors::html::NOTHING_ELSE;
use crate::doors::known;

/// The page at `/`.
#[derive(Clone)]
pub struct ConsoleDoor(Arc<Inner>);

struct Inner {
    subject: Subject,
    gate: Gate,
    since: Timestamp,
}

impl ConsoleDoor {
    /// A door that tells of these, to who is known where logins are asked for.
    pub fn new(subject: Subject, gate: Gate) -> Self {
        Self(Arc::new(Inner { subject, gate, since: Timestamp::now() }))
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
    match Status::gather(&door.subject, door.since).await {
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
