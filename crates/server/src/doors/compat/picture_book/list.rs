//! `/list`: all registries, or the active ones.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};

use super::door::{PictureBookDoor, parameter};
use super::told::{self, Configured, Synchronizer};

pub(super) async fn list(State(door): State<PictureBookDoor>, RawQuery(query): RawQuery) -> Response {
    match parameter(query.as_deref(), "type").as_str() {
        "configured" => {
            let all: Vec<Configured> = door.shelf.configured().map(Configured::from).collect();
            // A list without anything is `null` in Go.
            told::json(&(!all.is_empty()).then_some(all))
        }
        "active" => match door.shelf.active().await {
            Ok(active) => {
                let active = active.iter().map(Synchronizer::from);
                let by_host = active.map(|one| (one.registry_host_name.clone(), one));
                told::json(&by_host.collect::<BTreeMap<_, _>>())
            }
            Err(error) => told::failure(&error),
        },
        _ => ().into_response(),
    }
}
