//! `GET /api/v1/changes`.

use axum::Json;
use axum::extract::State;
use portolan_catalog::ChangesAfter;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::{Asked, limit};
use super::super::problem::{Kind, Problem};
use crate::wire::{ChangeData, PageOf, PageQuery};

/// Lists changes of what the store holds, the first first
///
/// `next` is always there: from it one goes on later. Changes are kept for a time; if those behind `after` are gone
/// (`409`), everything has to be looked at anew.
#[utoipa::path(get, path = "/changes", tag = "images", params(PageQuery),
    responses((status = OK, body = PageOf<ChangeData>)))]
pub(super) async fn list_changes(
    _: Manager,
    State(door): State<ApiDoor>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<ChangeData>>, Problem> {
    let limit = limit(&page)?;
    let after: u64 = page.after.as_deref().map_or(Ok(0), str::parse).unwrap_or(u64::MAX);
    if i64::try_from(after).is_err() {
        return Err(Kind::Invalid.because("`after` is the number of a change"));
    }
    match door.parts().changes.read(after, limit).await? {
        ChangesAfter::Changes(changes) => {
            let next = changes.last().map_or(after, |change| change.seq);
            let items = changes.into_iter().map(ChangeData::from).collect();
            Ok(Json(PageOf { items, next: Some(next.to_string()) }))
        }
        ChangesAfter::Expired { first } => {
            let from = first.saturating_sub(1);
            Err(Kind::Conflict
                .because(format!("changes are kept from {first} on: go on with `after={from}`")))
        }
    }
}
