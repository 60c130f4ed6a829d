//! `POST /api/v1/runs/{id}/retry`.

use axum::extract::State;
use axum::response::Response;
use portolan_catalog::RetryRun;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::{Kind, Problem};
use super::super::wished::Wished;
use super::found;
use crate::wire::AskedData;

/// Does what failed in a run
///
/// Of its mirror it must be the last one. Images that failed are tried again, whatever the cause was; after a run that was
/// interrupted or cancelled all images are seen to, since it is not known which it did not come to.
#[utoipa::path(post, path = "/runs/{id}/retry", tag = "runs",
    params(("id" = i64, Path, description = "Its number")),
    responses((status = ACCEPTED, body = AskedData, description = "It is done as soon as it can be",
        headers(("location" = Option<String>, description = "The run that does it, if it has begun")))))]
pub(super) async fn retry_run(
    by: Manager,
    State(door): State<ApiDoor>,
    At(id): At<i64>,
) -> Result<Response, Problem> {
    let run = found(&door, id).await?;
    let wished = Wished::of(&door, &run.mirror).await?;
    match door.parts().runs.retry_run(run.id, &by.actor()).await? {
        RetryRun::Asked { asked, .. } => wished.answer(asked).await,
        RetryRun::Not(why) => Err(Kind::Conflict.because(format!("the run {id} cannot be retried: {why}"))),
        RetryRun::NoSuchRun => Err(Kind::NotFound.because(format!("there was no run {id}"))),
    }
}
