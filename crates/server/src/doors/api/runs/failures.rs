//! `GET /api/v1/runs/{id}/failures`.

use axum::Json;
use axum::extract::State;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::{Asked, At, limit};
use super::super::problem::{Kind, Problem};
use super::found;
use crate::wire::{FailureData, PageOf, PageQuery};

/// Lists the images that failed in a run, and why
#[utoipa::path(get, path = "/runs/{id}/failures", tag = "runs",
    params(("id" = i64, Path, description = "Its number"), PageQuery),
    responses((status = OK, body = PageOf<FailureData>)))]
pub(super) async fn list_failures(
    _: Viewer,
    State(door): State<ApiDoor>,
    At(id): At<i64>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<FailureData>>, Problem> {
    let limit = limit(&page)?;
    let run = found(&door, id).await?;
    let after: Option<i64> = page.after.as_deref().map(str::parse).transpose().ok().flatten();
    if page.after.is_some() && after.is_none_or(i64::is_negative) {
        return Err(Kind::Invalid.because("`after` is a number"));
    }
    let found = door.parts().runs.failures_after(run.id, after, limit + 1).await?;
    let page = PageOf::cut(found, limit, |(number, _)| number.to_string());
    Ok(Json(page.map(|(_, failed)| FailureData::from(failed))))
}
