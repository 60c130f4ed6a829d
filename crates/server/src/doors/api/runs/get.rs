//! `GET /api/v1/runs/{id}`.

use axum::Json;
use axum::extract::State;
use portolan_catalog::Run;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::Problem;
use super::found;
use crate::wire::{CancelledData, ProgressData, RunData, RunDetail};

/// A run
#[utoipa::path(get, path = "/runs/{id}", tag = "runs",
    params(("id" = i64, Path, description = "Its number")),
    responses((status = OK, body = RunDetail)))]
pub(super) async fn get_run(
    _: Viewer,
    State(door): State<ApiDoor>,
    At(id): At<i64>,
) -> Result<Json<RunDetail>, Problem> {
    Ok(Json(detail(&door, found(&door, id).await?).await?))
}

pub(super) async fn detail(door: &ApiDoor, run: Run) -> Result<RunDetail, Problem> {
    let cancelled = door.parts().runs.cancelled(run.id).await?.map(CancelledData::from);
    let live = door.parts().under_way.run(run.id).filter(|_| run.ended.is_none());
    let progress = live.map(|live| ProgressData::from(&live.snapshot()));
    Ok(RunDetail { run: RunData::from(run), cancelled, progress })
}
