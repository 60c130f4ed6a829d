//! `GET /api/v1/runs`.

use axum::Json;
use axum::extract::State;
use portolan_catalog::RunId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::{Asked, limit};
use super::super::problem::{Kind, Problem};
use crate::wire::{PageOf, PageQuery, RunData};

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichRuns {
    /// Only those of this mirror.
    mirror: Option<String>,
}

/// Lists runs, the last first
#[utoipa::path(get, path = "/runs", tag = "runs", params(WhichRuns, PageQuery),
    responses((status = OK, body = PageOf<RunData>)))]
pub(super) async fn list_runs(
    _: Viewer,
    State(door): State<ApiDoor>,
    Asked(which): Asked<WhichRuns>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<RunData>>, Problem> {
    let limit = limit(&page)?;
    let before = page.after.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| Kind::Invalid.because("`after` is the number of a run"))?;
    let runs = &door.parts().runs;
    let found = runs.runs_before(which.mirror.as_deref(), before.map(RunId::new), u64::from(limit) + 1);
    let page = PageOf::cut(found.await?, limit, |run| run.id.to_string());
    Ok(Json(page.map(RunData::from)))
}
