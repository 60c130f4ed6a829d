//! `PUT /api/v1/mirrors/{name}/settings`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::ETAG;
use http::{HeaderMap, StatusCode};
use portolan_catalog::MirrorChange;
use portolan_oci::with_causes;
use portolan_sync::settings::MirrorSettings;
use serde_json::Value;

use super::super::asking::Manager;
use super::super::door::ApiDoor;
use super::super::input::{At, Sent};
use super::super::problem::{Kind, Problem};
use super::{named, not_of_file, revision};

/// Makes a mirror, or changes one that was made so
///
/// It is run beside the mirrors of the configuration file, by the same defaults; one of the file with the same name counts
/// in its place. What reads or writes files of the daemon's machine, or runs programs there, is for the file only.
#[utoipa::path(put, path = "/mirrors/{name}/settings", tag = "mirrors",
    params(("name" = String, Path, description = "Its name"),
        ("if-match" = Option<String>, Header, description = "The revision that is to be changed, and no other"),
        ("if-none-match" = Option<String>, Header, description = "`*`: it is to be made, not changed")),
    request_body(content = ref("#/components/schemas/MirrorSettings"), description = "The settings; `name` may be left out"),
    responses((status = OK, body = ref("#/components/schemas/MirrorSettings"), description = "It was changed"),
        (status = CREATED, body = ref("#/components/schemas/MirrorSettings"), description = "It was made")))]
pub(super) async fn put_mirror_settings(
    by: Manager,
    State(door): State<ApiDoor>,
    At(name): At<String>,
    headers: HeaderMap,
    Sent(settings): Sent<Value>,
) -> Result<Response, Problem> {
    let (name, expected) = (named(&name)?, revision::expected(&headers)?);
    let settings = settings_of(name.as_str(), settings)?;
    let parts = door.parts();
    not_of_file(&door, &name)?;
    let unfit = |text: String| Kind::Unfit.because(text);
    parts.live.shared().mirror(&settings).map_err(|error| unfit(with_causes(&error)))?;
    let text = serde_json::to_string(&settings).map_err(|error| unfit(error.to_string()))?;
    let changed = parts.runs.store_mirror(name.as_str(), &text, expected, &by.actor()).await?;
    let (status, revision) = match changed {
        MirrorChange::Made(revision) => (StatusCode::CREATED, revision),
        MirrorChange::Changed(revision) => (StatusCode::OK, revision),
        _ => return Err(Kind::Precondition.because(format!("the mirror `{name}` has another revision"))),
    };
    parts.live.put_stored(parts.runs.stored_mirrors().await?);
    Ok((status, [(ETAG, revision::stored(revision))], Json(settings)).into_response())
}

fn settings_of(name: &str, mut settings: Value) -> Result<MirrorSettings, Problem> {
    let Value::Object(keys) = &mut settings else {
        return Err(Kind::Unfit.because("the settings of a mirror are an object"));
    };
    let named = keys.entry("name").or_insert_with(|| name.into());
    if named.as_str() != Some(name) {
        return Err(Kind::Unfit.because(format!("`name` is not that of the path, `{name}`")));
    }
    serde_json::from_value(settings).map_err(|error| Kind::Unfit.because(error.to_string()))
}
