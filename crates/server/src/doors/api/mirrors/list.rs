//! `GET /api/v1/mirrors`.

use axum::Json;
use axum::extract::State;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::{Asked, limit};
use super::super::problem::Problem;
use super::get::standing;
use crate::live::KnownMirror;
use crate::wire::{MirrorStatus, PageOf, PageQuery};

/// Lists mirrors, by their names
#[utoipa::path(get, path = "/mirrors", tag = "mirrors", params(PageQuery),
    responses((status = OK, body = PageOf<MirrorStatus>)))]
pub(super) async fn list_mirrors(
    _: Viewer,
    State(door): State<ApiDoor>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<MirrorStatus>>, Problem> {
    let limit = limit(&page)?;
    let mut mirrors: Vec<KnownMirror> = door.parts().live.known().to_vec();
    mirrors.sort_by(|one, other| one.mirror.name.cmp(&other.mirror.name));
    let after = page.after.as_deref();
    mirrors.retain(|known| after.is_none_or(|after| known.mirror.name.as_str() > after));
    let page = PageOf::cut(mirrors, limit, |known| known.mirror.name.to_string());
    let names: Vec<&str> = page.items.iter().map(|known| known.mirror.name.as_str()).collect();
    let standings = door.parts().runs.standings(&names).await?;
    let items = page.items.iter().zip(standings).map(|(known, found)| standing(known, found)).collect();
    Ok(Json(PageOf { items, next: page.next }))
}
