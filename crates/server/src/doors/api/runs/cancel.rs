//! `POST /api/v1/runs/{id}/cancel`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use portolan_catalog::CancelRun;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::{Kind, Problem};
use super::found;
use super::get::detail;
use crate::wire::RunDetail;

/// Ends a run before it is done
///
/// What it brought stays. It is not gone on with; its mirror is run again at its next time. A run of another process
/// ends within a minute.
#[utoipa::path(post, path = "/runs/{id}/cancel", tag = "runs",
    params(("id" = i64, Path, description = "Its number")),
    responses((status = ACCEPTED, body = RunDetail, description = "It ends as soon as it can")))]
pub(super) async fn cancel_run(
    by: Manager,
    State(door): State<ApiDoor>,
    At(id): At<i64>,
) -> Result<(StatusCode, Json<RunDetail>), Problem> {
    let run = found(&door, id).await?;
    match door.parts().runs.cancel_run(run.id, &by.actor()).await? {
        CancelRun::Asked => {}
        CancelRun::Ended => return Err(Kind::Conflict.because(format!("the run {id} has ended"))),
        CancelRun::NoSuchRun => return Err(Kind::NotFound.because(format!("there was no run {id}"))),
    }
    if let Ok(mirror) = run.mirror.parse() {
        door.parts().bell.ring(&mirror);
    }
    Ok((StatusCode::ACCEPTED, Json(detail(&door, run).await?)))
}
