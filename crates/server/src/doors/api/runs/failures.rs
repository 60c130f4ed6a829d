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
    let after: Option<usize> = page.after.as_deref().map(str::parse).transpose().ok().flatten();
    if page.after.is_some() && after.is_none() {
        return Err(Kind::Invalid.because("`after` is a number"));
    }
    let numbered = door.parts().runs.failures(run.id).await?.into_iter().enumerate();
    let rest = numbered.skip_while(|(number, _)| after.is_some_and(|after| *number <= after));
    let page = PageOf::cut(rest.collect(), limit, |(number, _)| number.to_string());
    Ok(Json(page.map(|(_, failed)| FailureData::from(failed))))
}
