//! `GET /api/v1/tags`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::{Asked, limit};
use super::super::problem::Problem;
use super::{readable, unknown};
use crate::wire::{PageOf, PageQuery, TagData};

/// Of which repository.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfRepository {
    /// The name of a repository.
    repository: String,
}

/// Lists the tags of a repository, by their names, with what they name
#[utoipa::path(get, path = "/tags", tag = "images", params(OfRepository, PageQuery),
    responses((status = OK, body = PageOf<TagData>)))]
pub(super) async fn list_tags(
    Viewer(caller): Viewer,
    State(door): State<ApiDoor>,
    Asked(of): Asked<OfRepository>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<TagData>>, Problem> {
    let limit = limit(&page)?;
    let name = readable(&caller, &of.repository)?;
    let repository = door.parts().store.repository(name.clone());
    let found = repository.tagged(page.after.as_deref(), limit + 1).await?;
    if found.is_empty() && repository.revision().await?.is_none() {
        return Err(unknown(&name));
    }
    let page = PageOf::cut(found, limit, |named| named.tag.to_string());
    Ok(Json(page.map(|named| TagData {
        name: named.tag.to_string(),
        digest: named.manifest.digest.to_string(),
        media_type: named.manifest.media_type.to_string(),
        size: named.manifest.size,
        moved_at: named.moved_at,
    })))
}
