//! `DELETE /api/v1/mirrors/{name}/settings`.

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use portolan_catalog::MirrorChange;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::{Kind, Problem};
use super::{named, not_of_file, revision, unknown};

/// Deletes a mirror that was made through the API
///
/// A run of it that is under way ends; what it brought stays. Where the file has a mirror of this name, nothing is deleted:
/// pauses and wishes would be that one's.
#[utoipa::path(delete, path = "/mirrors/{name}/settings", tag = "mirrors",
    params(("name" = String, Path, description = "Its name"),
        ("if-match" = Option<String>, Header, description = "The revision that is to be deleted, and no other")),
    responses((status = NO_CONTENT, description = "It is gone")))]
pub(super) async fn delete_mirror_settings(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let (name, expected) = (named(&name)?, revision::expected(&headers)?);
    let parts = door.parts();
    not_of_file(&door, &name)?;
    match parts.runs.delete_mirror(name.as_str(), expected, &by.actor()).await? {
        MirrorChange::NoSuchMirror => Err(unknown(name.as_str())),
        MirrorChange::Unexpected => {
            Err(Kind::Precondition.because(format!("the mirror `{name}` has another revision")))
        }
        MirrorChange::Deleted | MirrorChange::Made(_) | MirrorChange::Changed(_) => {
            parts.live.put_stored(parts.runs.stored_mirrors().await?);
            Ok(StatusCode::NO_CONTENT)
        }
    }
}
