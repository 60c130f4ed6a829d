//! `GET /api/v1/images`.

use axum::Json;
use axum::extract::State;
use portolan_oci::TagOrDigest;
use portolan_oci::with_causes;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::asking::Viewer;
use super::super::door::ApiDoor;
use super::super::input::Asked;
use super::super::problem::{Kind, Problem};
use super::readable;
use crate::wire::ImageData;

/// Which image.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichImage {
    /// The name of a repository.
    repository: String,
    /// A tag or a digest.
    reference: String,
}

/// An image, with its manifest
#[utoipa::path(get, path = "/images", tag = "images", params(WhichImage),
    responses((status = OK, body = ImageData)))]
pub(super) async fn get_image(
    Viewer(caller): Viewer,
    State(door): State<ApiDoor>,
    Asked(which): Asked<WhichImage>,
) -> Result<Json<ImageData>, Problem> {
    let name = readable(&caller, &which.repository)?;
    let wrong = |error| Kind::Invalid.because(format!("`reference`: {error}"));
    let reference: TagOrDigest = which.reference.parse().map_err(wrong)?;
    let repository = door.parts().store.repository(name.clone());
    let found = repository.find_manifest(&reference).await?;
    let found = found.ok_or_else(|| Kind::NotFound.because(format!("`{name}` has no `{reference}`")))?;
    let manifest = serde_json::from_slice(&found.body).map_err(|error| {
        tracing::error!(cause = with_causes(&error), digest = %found.digest, "a manifest is no JSON");
        Kind::Unavailable.because("the manifest cannot be shown; the log says why")
    })?;
    Ok(Json(ImageData {
        repository: name.to_string(),
        digest: found.digest.to_string(),
        media_type: found.media_type.to_string(),
        size: found.body.len() as u64,
        manifest,
    }))
}
