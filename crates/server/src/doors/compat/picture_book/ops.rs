//! `/ops`: what is done to one registry.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};

use super::door::{PictureBookDoor, parameter};
use super::told::{self, Synchronizer};

pub(super) async fn ops(State(door): State<PictureBookDoor>, RawQuery(query): RawQuery) -> Response {
    let query = query.as_deref();
    let (host, shelf) = (parameter(query, "sync"), &door.shelf);
    let _turn = door.turn.lock().await;
    let done = match parameter(query, "action").as_str() {
        "details" => shelf.details(&host).await.map(|details| told::json(&Synchronizer::from(&details))),
        "pause" => shelf.pause(&host).await.map(|()| format!("OK. {host} has been paused.").into_response()),
        "resume" => shelf.resume(&host).await.map(|next| {
            let next = next.map_or_else(|| "no time".to_owned(), told::rfc_850);
            format!("OK. Syncer for {host} is now running. Next execution will be at {next}").into_response()
        }),
        "changePeriod" => {
            let period = parameter(query, "period");
            shelf.change_period(&host, &period).await.map(|()| "OK!".into_response())
        }
        _ => Ok(().into_response()),
    };
    done.unwrap_or_else(|error| told::failure(&error))
}
