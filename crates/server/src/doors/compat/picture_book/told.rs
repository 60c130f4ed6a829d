//! What is told, with the names that Go gives to the fields of Picture-Book's structs.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use portolan_config::picture_book::BookRegistry;
use portolan_oci::with_causes;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::picture_book::{Details, ShelfError};

/// A registry as the file has it. The names of logins are there, and no login is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Configured {
    hostname: String,
    repository: String,
    push_auth_config: &'static str,
    pull_auth_config: &'static str,
    sync_period: String,
    syncer_script: String,
    syncer_script_args: String,
    delete_local_images: bool,
    registry_provider: String,
}

impl From<&BookRegistry> for Configured {
    fn from(registry: &BookRegistry) -> Self {
        Self {
            hostname: registry.hostname.to_string(),
            repository: registry.repository.clone(),
            push_auth_config: "",
            pull_auth_config: "",
            sync_period: registry.period.clone(),
            syncer_script: registry.script.clone(),
            syncer_script_args: registry.arguments.clone(),
            delete_local_images: registry.deletes_local_images,
            registry_provider: registry.provider.clone(),
        }
    }
}

/// An active registry.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Synchronizer {
    details: Numbers,
    pub(super) registry_host_name: String,
    repository: String,
    job_tag: String,
    remove_local_images: bool,
    job: Job,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Numbers {
    number_of_syncs: u64,
    created: Timestamp,
}

/// The scheduler's job, of which nothing is told.
#[derive(Serialize)]
struct Job {}

impl From<&Details> for Synchronizer {
    fn from(details: &Details) -> Self {
        let Details { registry, created, rounds } = details;
        Self {
            details: Numbers { number_of_syncs: *rounds, created: *created },
            registry_host_name: registry.hostname.to_string(),
            repository: registry.repository.clone(),
            job_tag: format!("{}-job", registry.hostname),
            remove_local_images: registry.deletes_local_images,
            job: Job {},
        }
    }
}

/// JSON that is set in by one blank, as Go was told to.
pub(super) fn json(value: &impl Serialize) -> Response {
    let mut text = Vec::new();
    let mut writer = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b" "));
    match value.serialize(&mut writer) {
        Ok(()) => ([(CONTENT_TYPE, "application/json")], text).into_response(),
        Err(cause) => {
            tracing::error!(%cause, "an answer cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A time as Go writes it by RFC 850, in UTC as the scheduler has it.
pub(super) fn rfc_850(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime(crate::picture_book::RFC_850).to_string()
}

pub(super) fn failure(error: &ShelfError) -> Response {
    match error {
        ShelfError::Unknown => StatusCode::NOT_FOUND.into_response(),
        ShelfError::Period(_) => {
            (StatusCode::BAD_REQUEST, format!("{}\n", with_causes(error))).into_response()
        }
        ShelfError::Catalog(_) | ShelfError::Book(_) | ShelfError::Duplicate(_) => {
            tracing::error!(cause = with_causes(error), "a request could not be answered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
