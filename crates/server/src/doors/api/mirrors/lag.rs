//! `GET /api/v1/mirrors/{name}/lag`.

use axum::Json;
use axum::extract::State;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::{Asked, At, limit};
use super::super::problem::Problem;
use super::known;
use crate::wire::{LagData, PageOf, PageQuery};

/// Lists how long images took from the source to each target, by their targets
///
/// Of each the last that a daemon brought. Told of an image by a webhook, the time is exact; else it is between two looks.
#[utoipa::path(get, path = "/mirrors/{name}/lag", tag = "mirrors",
    params(("name" = String, Path, description = "Its name"), PageQuery),
    responses((status = OK, body = PageOf<LagData>)))]
pub(super) async fn list_lag(
    _: Viewer,
    State(door): State<ApiDoor>,
    At(name): At<String>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<LagData>>, Problem> {
    let (limit, known) = (limit(&page)?, known(&door, &name)?);
    let mirror = known.mirror.name.as_str();
    let found = door.parts().runs.arrivals(mirror, page.after.as_deref(), limit + 1).await?;
    Ok(Json(PageOf::cut(found, limit, |arrival| arrival.target.clone()).map(LagData::from)))
}
