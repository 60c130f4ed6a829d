//! `GET /api/v1/mirrors/{name}`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;

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
    let (runs, name) = (&door.parts().runs, known.mirror.name.as_str());
    let last = LastRuns::of(&known.mirror, runs).await?;
    Ok(MirrorStatus {
        mirror: MirrorData::of(&known.mirror, last, Timestamp::now()),
        origin: match known.origin {
            MirrorOrigin::File => MirrorFrom::File,
            MirrorOrigin::Stored(_) => MirrorFrom::Api,
        },
        told: runs.awaited(name, TOLD).await?.len() as u64,
        asked_at: runs.asked_run(name).await?.map(|asked| asked.at),
    })
}
