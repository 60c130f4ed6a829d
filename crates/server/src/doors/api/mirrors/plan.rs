//! `POST /api/v1/mirrors/{name}/plan`.

use axum::Json;
use axum::extract::State;
use portolan_oci::with_causes;
use portolan_sync::MirrorError;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::{Kind, Problem};
use super::known;
use crate::mirroring::PlanError;
use crate::wire::PlanData;

/// Says what a run would do, and what it would cost
///
/// Sources are read as far as it takes to know, so this may take as long as they do; nothing is changed. Images that are
/// unchanged are counted and not listed.
#[utoipa::path(post, path = "/mirrors/{name}/plan", tag = "mirrors",
    params(("name" = String, Path, description = "Its name")),
    responses((status = OK, body = PlanData)))]
pub(super) async fn plan_mirror(
    _: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Json<PlanData>, Problem> {
    let (known, parts) = (known(&door, &name)?, door.parts());
    let Ok(_room) = door.plans().try_acquire() else {
        return Err(Kind::Busy.because("other plans are being made: try again when they are"));
    };
    let planned = parts.planner.plan(known.mirror, parts.live.reach()).await;
    planned.map(Json).map_err(|error| refused(&name, &error))
}

fn refused(mirror: &str, error: &PlanError) -> Problem {
    let kind = match error {
        PlanError::Mirror(MirrorError::Clash(..) | MirrorError::Expand(_) | MirrorError::Archive(_)) => {
            Kind::Conflict
        }
        PlanError::Mirror(MirrorError::Journal(_)) | PlanError::Broken(_) => Kind::Unavailable,
        PlanError::Mirror(_) | PlanError::Copy(_) => Kind::Elsewhere,
    };
    let cause = with_causes(error);
    tracing::warn!(mirror, cause, "a plan cannot be made");
    kind.because(cause)
}
