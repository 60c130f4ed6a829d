//! `GET /api/v1/repositories`.

use axum::Json;
use axum::extract::State;
use portolan_catalog::Action;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::{Asked, limit};
use super::super::problem::Problem;
use crate::wire::{PageOf, PageQuery, RepositoryData};

/// Lists repositories, by their names
///
/// Those that you may pull from: a page may have fewer entries than `limit`, and yet not be the last.
#[utoipa::path(get, path = "/repositories", tag = "images", params(PageQuery),
    responses((status = OK, body = PageOf<RepositoryData>)))]
pub(super) async fn list_repositories(
    Viewer(caller): Viewer,
    State(door): State<ApiDoor>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<RepositoryData>>, Problem> {
    let limit = limit(&page)?;
    let found = door.parts().store.repositories(page.after.as_deref(), limit).await?;
    let next = found.names.last().filter(|_| found.more).map(ToString::to_string);
    let seen = found.names.iter().filter(|name| caller.may(Action::Pull, name));
    let items = seen.map(|name| RepositoryData { name: name.to_string() }).collect();
    Ok(Json(PageOf { items, next }))
}
