//! `GET /api/v1/mirrors/{name}`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use portolan_catalog::Standing;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::Problem;
use super::known;
use crate::live::{KnownMirror, MirrorOrigin};
use crate::wire::{LastRuns, MirrorData, MirrorFrom, MirrorStatus};

/// Images that a mirror was told of are counted so far.
const TOLD: u64 = 1_000;

/// How a mirror stands
#[utoipa::path(get, path = "/mirrors/{name}", tag = "mirrors",
    params(("name" = String, Path, description = "Its name")),
    responses((status = OK, body = MirrorStatus)))]
pub(super) async fn get_mirror(
    _: Viewer,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Json<MirrorStatus>, Problem> {
    Ok(Json(status(&door, &known(&door, &name)?).await?))
}

pub(super) async fn status(door: &ApiDoor, known: &KnownMirror) -> Result<MirrorStatus, Problem> {
    let standings = door.parts().runs.standings(&[known.mirror.name.as_str()]).await?;
    Ok(standing(known, standings.into_iter().next().unwrap_or_default()))
}

/// What is told of a mirror that stands like this.
pub(super) fn standing(known: &KnownMirror, standing: Standing) -> MirrorStatus {
    let (told, asked_at) = (standing.told.min(TOLD), standing.asked_at);
    MirrorStatus {
        mirror: MirrorData::of(&known.mirror, LastRuns::from(standing), Timestamp::now()),
        origin: match known.origin {
            MirrorOrigin::File => MirrorFrom::File,
            MirrorOrigin::Stored(_) => MirrorFrom::Api,
        },
        told,
        asked_at,
    }
}
