//! The door as a whole.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use portolan_store::Store;

use super::request::Asked;
use super::room::Room;
use super::tag_lists::TagLists;
use super::{answer, challenge};
use crate::access::Gate;
use crate::http::Scheme;

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
    pub(super) gate: Gate,
    /// What clients reach it by, as far as we see.
    pub(super) scheme: Scheme,
    pub(super) tag_lists: TagLists,
    pub(super) room: Room,
}

impl RegistryDoor {
    /// A door to this store, for those whom the gate lets in.
    pub fn new(store: Store, limits: RegistryLimits, gate: Gate, scheme: Scheme) -> Self {
        let room = Room::new(limits.pause);
        Self { store, limits, gate, scheme, tag_lists: TagLists::default(), room }
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
    let (head, body) = Asked::parts(request);
    let answered = match door.gate.caller(&head).await {
        Ok(caller) => {
            let asked = Asked { head, caller };
            answer::answer(&door, &asked, &body).await.map_err(|error| (asked.head, error))
        }
        Err(refusal) => Err((head, refusal.into())),
    };
    match answered {
        Ok(response) => response,
        Err((head, error)) => {
            body.drop_rest().await;
            challenge::with(error, &door, &head).into_response()
        }
    }
}
