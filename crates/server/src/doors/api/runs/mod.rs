//! Runs of mirrors: those that were, and those that go on.

mod cancel;
mod events;
mod failures;
mod get;
mod list;
mod retry;

use portolan_catalog::{Run, RunId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::ApiDoor;
use super::problem::{Kind, Problem};

pub(super) fn operations() -> OpenApiRouter<ApiDoor> {
    OpenApiRouter::new()
        .routes(routes!(list::list_runs))
        .routes(routes!(get::get_run))
        .routes(routes!(failures::list_failures))
        .routes(routes!(cancel::cancel_run))
        .routes(routes!(retry::retry_run))
        .routes(routes!(events::follow_run))
}

async fn found(door: &ApiDoor, id: i64) -> Result<Run, Problem> {
    let run = door.parts().runs.run(RunId::new(id)).await?;
    run.ok_or_else(|| Kind::NotFound.because(format!("there was no run {id}")))
}
