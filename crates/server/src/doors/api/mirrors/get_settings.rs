//! `GET /api/v1/mirrors/{name}/settings`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::ETAG;
use portolan_sync::settings::MirrorSettings;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::At;
use super::super::problem::Problem;
use super::{known, revision};

/// What a mirror is, as it would be written in the configuration
#[utoipa::path(get, path = "/mirrors/{name}/settings", tag = "mirrors",
    params(("name" = String, Path, description = "Its name")),
    responses((status = OK, body = ref("#/components/schemas/MirrorSettings"), description = "The settings, as `mirrors` of the configuration has them",
        headers(("etag" = String, description = "Their revision, for `If-Match`")))))]
pub(super) async fn get_mirror_settings(
    _: Viewer,
    State(door): State<ApiDoor>,
    At(name): At<String>,
) -> Result<Response, Problem> {
    let known = known(&door, &name)?;
    let tag = [(ETAG, revision::tag(&known.origin, &known.settings))];
    Ok((tag, Json::<MirrorSettings>(known.settings)).into_response())
}
