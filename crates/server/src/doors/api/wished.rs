//! Runs that somebody wants.
//!
//! Not here: what of a mirror he wants (`mirrors::ask_run`, `runs::retry`).

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use portolan_catalog::{AskedRun, CatalogError, RunId, Runs};

use super::door::ApiDoor;
use super::mirrors::known;
use super::problem::{Kind, Problem};
use crate::live::KnownMirror;
use crate::wire::AskedData;

/// How long the answer waits for the run to begin.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// A mirror of which somebody wants a run.
pub(super) struct Wished<'a> {
    door: &'a ApiDoor,
    known: KnownMirror,
    /// Its last run until now.
    before: Option<RunId>,
}

impl<'a> Wished<'a> {
    /// A mirror that there is and that is not paused.
    pub(super) async fn of(door: &'a ApiDoor, mirror: &str) -> Result<Self, Problem> {
        let (known, runs) = (known(door, mirror)?, &door.parts().runs);
        if runs.paused(mirror).await?.is_some() {
            return Err(Kind::Conflict.because(format!("the mirror `{mirror}` is paused: resume it first")));
        }
        Ok(Self { door, known, before: last(runs, mirror).await? })
    }

    /// The wish is on the disk: who keeps the mirror is told. The answer names the run, if it begins at once.
    pub(super) async fn answer(self, asked: AskedRun) -> Result<Response, Problem> {
        let (parts, name) = (self.door.parts(), &self.known.mirror.name);
        parts.bell.ring(name);
        let begun = begun(&parts.runs, name.as_str(), self.before);
        let run = tokio::time::timeout(PATIENCE, begun).await.ok().transpose()?;
        let body = Json(AskedData { mirror: name.to_string(), asked_at: asked.at, run: run.map(RunId::get) });
        Ok(match run {
            Some(run) => {
                (StatusCode::ACCEPTED, [(LOCATION, format!("/api/v1/runs/{run}"))], body).into_response()
            }
            None => (StatusCode::ACCEPTED, body).into_response(),
        })
    }
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
