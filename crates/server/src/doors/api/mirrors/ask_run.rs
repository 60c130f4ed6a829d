//! `POST /api/v1/mirrors/{name}/runs`.

use axum::extract::State;
use axum::response::Response;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::Problem;
use super::super::wished::Wished;
use crate::wire::AskedData;

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
    let wished = Wished::of(&door, &name).await?;
    let asked = door.parts().runs.ask_run(&name, &by.actor()).await?;
    wished.answer(asked).await
}
