//! The door as a whole.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use portolan_store::Store;

use super::answer;
use super::request::Asked;
use crate::access::Caller;

/// What the registry grants its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistryLimits {
    /// How long a body may pause.
    pub pause: Duration,
}

/// The registry at `/v2/`.
#[derive(Debug, Clone)]
pub struct RegistryDoor {
    pub(super) store: Store,
    pub(super) limits: RegistryLimits,
}

impl RegistryDoor {
    /// A door to this store.
    pub fn new(store: Store, limits: RegistryLimits) -> Self {
        Self { store, limits }
    }

    /// What it answers. Everything below `/v2` is one route: the names of repositories have slashes in them.
    pub fn router(self) -> Router {
        Router::new()
            .route("/v2", axum::routing::any(handle))
            .route("/v2/", axum::routing::any(handle))
            .route("/v2/{*path}", axum::routing::any(handle))
            .with_state(self)
    }
}

async fn handle(State(door): State<RegistryDoor>, request: Request) -> Response {
    let (asked, body) = Asked::new(request, Caller::Anybody);
    match answer::answer(&door, &asked, &body).await {
        Ok(response) => response,
        Err(error) => {
            body.drop_rest().await;
            error.into_response()
        }
    }
}
