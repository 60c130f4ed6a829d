//! `POST /api/v1/mirrors/{name}/pause` and `…/resume`.

use axum::Json;
use axum::extract::State;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::Problem;
use super::get::status;
use super::known;
use crate::wire::MirrorStatus;

/// Keeps a mirror from being run by itself
///
/// It stays paused until it is resumed, also when the daemon is started anew. A run that is under way ends; what it brought
/// stays.
#[utoipa::path(post, path = "/mirrors/{name}/pause", tag = "mirrors",
    params(("name" = String, Path, description = "Its name")),
    responses((status = OK, body = MirrorStatus)))]
pub(super) async fn pause_mirror(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Json<MirrorStatus>, Problem> {
    let known = known(&door, &name)?;
    door.parts().runs.pause(&name, &by.actor()).await?;
    door.parts().bell.ring(&known.mirror.name);
    Ok(Json(status(&door, &known).await?))
}

/// Lets a mirror be run by itself again
///
/// What was due meanwhile is made up for once.
#[utoipa::path(post, path = "/mirrors/{name}/resume", tag = "mirrors",
    params(("name" = String, Path, description = "Its name")),
    responses((status = OK, body = MirrorStatus)))]
pub(super) async fn resume_mirror(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Json<MirrorStatus>, Problem> {
    let known = known(&door, &name)?;
    door.parts().runs.resume(&name, &by.actor()).await?;
    door.parts().bell.ring(&known.mirror.name);
    Ok(Json(status(&door, &known).await?))
}
