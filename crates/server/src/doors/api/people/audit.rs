//! `GET /api/v1/audit`.

use axum::Json;
use axum::extract::State;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::{Asked, limit};
use super::super::problem::{Kind, Problem};
use crate::wire::{AuditLine, PageOf, PageQuery};

/// Lists what was changed of users, tokens and mirrors, the last first
///
/// What changed of images is in `/changes`.
#[utoipa::path(get, path = "/audit", tag = "people", params(PageQuery),
    responses((status = OK, body = PageOf<AuditLine>)))]
pub(super) async fn list_audit(
    _: Manager,
    State(door): State<ApiDoor>,
    Asked(page): Asked<PageQuery>,
) -> Result<Json<PageOf<AuditLine>>, Problem> {
    let limit = limit(&page)?;
    let before = page.after.as_deref().map(str::parse).transpose();
    let before = before.map_err(|_| Kind::Invalid.because("`after` is the number of an entry"))?;
    let found = door.parts().access.audit_before(before, limit + 1).await?;
    Ok(Json(PageOf::cut(found, limit, |entry| entry.id.to_string()).map(AuditLine::from)))
}
