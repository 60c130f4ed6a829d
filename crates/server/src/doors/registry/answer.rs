//! Each endpoint to its file.

use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use portolan_oci::Digest;

use super::door::RegistryDoor;
use super::error::RegistryError;
use super::request::Asked;
use super::route::Route;
use super::{
    append_upload, begin_upload, cancel_upload, delete_blob, delete_manifest, finish_upload, hand_out_pass,
    list_referrers, list_repositories, list_tags, pull_blob, pull_manifest, put_manifest, upload_status,
};
use crate::access::Caller;
use crate::http::RequestBody;

/// What an endpoint answers.
pub(super) type Answer = Result<Response, RegistryError>;

/// `Docker-Content-Digest`: the digest of what is answered or was taken.
pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// Answers a request.
///
/// # Errors
/// What becomes an answer that says so.
pub(super) async fn answer(door: &RegistryDoor, asked: &Asked, body: &RequestBody) -> Answer {
    let route = Route::parse(asked.path())?;
    let method = asked.method().clone();
    match route {
        Route::Base => base(asked, &method),
        Route::Token => match method {
            Method::GET => hand_out_pass::hand_out_pass(door, asked),
            _ => Err(RegistryError::method("GET")),
        },
        Route::Repositories => match method {
            Method::GET => list_repositories::list_repositories(door, asked).await,
            _ => Err(RegistryError::method("GET")),
        },
        Route::Tags(name) => match method {
            Method::GET => list_tags::list_tags(door, asked, name).await,
            _ => Err(RegistryError::method("GET")),
        },
        Route::Referrers(name, subject) => match method {
            Method::GET => list_referrers::list_referrers(door, asked, name, subject).await,
            _ => Err(RegistryError::method("GET")),
        },
        Route::Manifest(name, named) => match method {
            Method::GET | Method::HEAD => pull_manifest::pull_manifest(door, asked, name, named).await,
            Method::PUT => put_manifest::put_manifest(door, asked, name, named, body).await,
            Method::DELETE => delete_manifest::delete_manifest(door, asked, name, named).await,
            _ => Err(RegistryError::method("GET, HEAD, PUT, DELETE")),
        },
        Route::Blob(name, digest) => match method {
            Method::GET | Method::HEAD => pull_blob::pull_blob(door, asked, name, digest).await,
            Method::DELETE => delete_blob::delete_blob(door, asked, name, digest).await,
            _ => Err(RegistryError::method("GET, HEAD, DELETE")),
        },
        Route::Uploads(name) => match method {
            Method::POST => begin_upload::begin_upload(door, asked, name, body).await,
            _ => Err(RegistryError::method("POST")),
        },
        Route::Upload(name, id) => {
            let id = id.ok_or_else(RegistryError::upload_unknown)?;
            match method {
                Method::GET => upload_status::upload_status(door, asked, name, id).await,
                Method::PATCH => append_upload::append_upload(door, asked, name, id, body).await,
                Method::PUT => finish_upload::finish_upload(door, asked, name, id, body).await,
                Method::DELETE => cancel_upload::cancel_upload(door, asked, name, id).await,
                _ => Err(RegistryError::method("GET, PATCH, PUT, DELETE")),
            }
        }
    }
}

/// Says that this is a registry (distribution-spec, "Determining Support"). Many clients ask this first, and only
/// here, whether a login is wanted.
fn base(asked: &Asked, method: &Method) -> Answer {
    match *method {
        _ if matches!(asked.caller, Caller::Stranger(_)) => Err(RegistryError::no_login(None)),
        Method::GET | Method::HEAD => {
            Ok(([(CONTENT_TYPE, "application/json"), (API_VERSION, "registry/2.0")], "{}").into_response())
        }
        _ => Err(RegistryError::method("GET, HEAD")),
    }
}

/// A header that names content. A digest is always a valid one.
pub(super) fn name_content(response: &mut Response, digest: &Digest) {
    set(response, CONTENT_DIGEST, &digest.to_string());
}

/// Sets a header to a text of ours; one that no header may have is left out.
pub(super) fn set(response: &mut Response, name: HeaderName, value: &str) {
    match HeaderValue::try_from(value) {
        Ok(value) => {
            response.headers_mut().insert(name, value);
        }
        Err(cause) => tracing::warn!(%cause, %name, "a header cannot be sent"),
    }
}
