//! `GET /api/v1/tags/history`.

use axum::Json;
use axum::extract::State;
use portolan_oci::Tag;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::Asked;
use super::super::problem::{Kind, Problem};
use super::readable;
use crate::wire::{PageOf, TagMove};

/// Of which tag.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfTag {
    /// The name of a repository.
    repository: String,
    /// A tag that it has or had.
    tag: String,
    /// Behind which revision the page begins: what the page before has as `next`.
    after: Option<u64>,
}

/// Events of a page.
const PAGE: usize = 100;

/// Lists what a tag named, the last first
#[utoipa::path(get, path = "/tags/history", tag = "images", params(OfTag),
    responses((status = OK, body = PageOf<TagMove>)))]
pub(super) async fn list_tag_history(
    Viewer(caller): Viewer,
    State(door): State<ApiDoor>,
    Asked(of): Asked<OfTag>,
) -> Result<Json<PageOf<TagMove>>, Problem> {
    let name = readable(&caller, &of.repository)?;
    let tag: Tag = of.tag.parse().map_err(|error| Kind::Invalid.because(format!("`tag`: {error}")))?;
    if of.after.is_some_and(|after| i64::try_from(after).is_err()) {
        return Err(Kind::Invalid.because("`after` is the revision of a repository"));
    }
    let events = door.parts().store.repository(name).tag_history(&tag, of.after).await?;
    let next = events.last().filter(|_| events.len() == PAGE).map(|event| event.revision.to_string());
    Ok(Json(PageOf { items: events.into_iter().map(TagMove::from).collect(), next }))
}
