//! `POST /api/v1/mirrors/{name}/runs`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use portolan_catalog::{CatalogError, RunId, Runs};

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::{Kind, Problem};
use super::known;
use crate::wire::AskedData;

/// How long the answer waits for the run to begin.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a mirror now
///
/// Asked several times before it begins, it is run once. It is on the disk when this is answered: a run that was asked for
/// is done after a crash, too.
#[utoipa::path(post, path = "/mirrors/{name}/runs", tag = "mirrors",
    params(("name" = String, Path, description = "Its name")),
    responses((status = ACCEPTED, body = AskedData, description = "It is run as soon as it can be",
        headers(("location" = Option<String>, description = "The run, if it has begun")))))]
pub(super) async fn ask_run(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Response, Problem> {
    let known = known(&door, &name)?;
    let runs = &door.parts().runs;
    if runs.paused(&name).await?.is_some() {
        return Err(Kind::Conflict.because(format!("the mirror `{name}` is paused: resume it first")));
    }
    let before = last(runs, &name).await?;
    let asked = runs.ask_run(&name, &by.actor()).await?;
    door.parts().bell.ring(&known.mirror.name);
    let begun = tokio::time::timeout(PATIENCE, begun(runs, &name, before)).await;
    let run = begun.ok().transpose()?;
    let body = Json(AskedData { mirror: name, asked_at: asked.at, run: run.map(RunId::get) });
    Ok(match run {
        Some(run) => {
            (StatusCode::ACCEPTED, [(LOCATION, format!("/api/v1/runs/{run}"))], body).into_response()
        }
        None => (StatusCode::ACCEPTED, body).into_response(),
    })
}

async fn last(runs: &Runs, mirror: &str) -> Result<Option<RunId>, CatalogError> {
    Ok(runs.runs(mirror, 1).await?.first().map(|run| run.id))
}

/// Waits for a run after this one.
async fn begun(runs: &Runs, mirror: &str, before: Option<RunId>) -> Result<RunId, CatalogError> {
    loop {
        match last(runs, mirror).await? {
            Some(run) if Some(run) > before => return Ok(run),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}
