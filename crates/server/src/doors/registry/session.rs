//! How an upload is named and told about (distribution-spec, "Pushing a blob in chunks").

use axum::response::{IntoResponse as _, Response};
use http::header::{LOCATION, RANGE};
use http::{HeaderName, HeaderValue, StatusCode};
use portolan_catalog::UploadId;
use portolan_oci::{Digest, RepositoryName};
use portolan_store::{StoreError, Upload};

use super::answer::{name_content, set};
use super::error::{Code, RegistryError};
use super::request::Asked;

/// What Docker calls the session.
const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// The session of this name, if it is the caller's.
pub(super) fn of(asked: &Asked, id: UploadId) -> Upload {
    Upload { id, owner: asked.caller.to_string() }
}

/// Where an upload goes on. Relative to the host, so that it stays behind the proxy that the client knows.
pub(super) fn location(name: &RepositoryName, id: UploadId) -> String {
    format!("/v2/{name}/blobs/uploads/{id}")
}

/// An answer about an upload that is at this offset.
pub(super) fn at(status: StatusCode, name: &RepositoryName, id: UploadId, offset: u64) -> Response {
    let mut response = status.into_response();
    set(&mut response, LOCATION, &location(name, id));
    set(&mut response, RANGE, &range(offset));
    set(&mut response, UPLOAD_UUID, &id.to_string());
    response
}

/// The blob is there.
pub(super) fn created(name: &RepositoryName, digest: &Digest) -> Response {
    let mut response = StatusCode::CREATED.into_response();
    set(&mut response, LOCATION, &format!("/v2/{name}/blobs/{digest}"));
    name_content(&mut response, digest);
    response
}

/// What has come: the last byte is named, so nothing and one byte look alike.
fn range(offset: u64) -> String {
    format!("0-{}", offset.saturating_sub(1))
}

/// What went wrong with an upload: bytes that do not belong where it is are told where that would be.
pub(super) fn failed(error: StoreError, name: &RepositoryName, id: UploadId) -> RegistryError {
    let StoreError::OutOfOrder { offset } = error else { return error.into() };
    let mut told = RegistryError::new(Code::RangeInvalid, format!("the upload goes on at byte {offset}"));
    for (header, value) in [(LOCATION, location(name, id)), (RANGE, range(offset))] {
        if let Ok(value) = HeaderValue::try_from(value) {
            told = told.header(header, value);
        }
    }
    told
}
