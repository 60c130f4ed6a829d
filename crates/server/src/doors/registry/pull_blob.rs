//! `GET` and `HEAD` of a blob (end-2; distribution-spec, "Pulling blobs").

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use http::{HeaderValue, Method, StatusCode};
use portolan_catalog::Action;
use portolan_oci::{Digest, RepositoryName};
use portolan_store::StoreRepository;

use super::answer::{Answer, name_content, set};
use super::byte_range::{Wanted, wanted};
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::request::Asked;
use super::unchanged::EntityTag;

pub(super) async fn pull_blob(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    digest: Digest,
) -> Answer {
    asked.must(Action::Pull, &name)?;
    let repository = door.store.repository(name);
    let unknown = || RegistryError::blob_unknown(&digest);
    let blob = repository.find_blob(&digest).await?.ok_or_else(unknown)?;
    let tag = EntityTag::of(digest);
    if tag.is_known(asked.headers()) {
        return Ok(answer(StatusCode::NOT_MODIFIED, &digest, Body::empty()));
    }
    if asked.method() == Method::HEAD {
        promise(asked, &repository, &digest).await?;
        let mut response = answer(StatusCode::OK, &digest, Body::empty());
        set(&mut response, CONTENT_LENGTH, &blob.size.to_string());
        return Ok(response);
    }
    let header = asked.header(&RANGE).filter(|_| tag.goes_on(asked.headers()));
    let (status, range) = match wanted(header, blob.size) {
        Wanted::All => (StatusCode::OK, 0..blob.size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Beyond => return Err(beyond(blob.size)),
    };
    let bytes = repository.read_blob(&blob, range.clone()).await?.ok_or_else(unknown)?;
    let mut response = answer(status, &digest, Body::from_stream(bytes.into_stream()));
    set(&mut response, CONTENT_LENGTH, &(range.end - range.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.end.saturating_sub(1);
        set(&mut response, CONTENT_RANGE, &format!("bytes {}-{last}/{}", range.start, blob.size));
    }
    Ok(response)
}

/// "It is here" to somebody who is about to push a manifest is a promise: the blob stays for the time that takes.
async fn promise(asked: &Asked, repository: &StoreRepository, digest: &Digest) -> Result<(), RegistryError> {
    if asked.caller.may(Action::Push, repository.name()) {
        repository.promise_blob(digest).await?;
    }
    Ok(())
}

fn beyond(size: u64) -> RegistryError {
    let error = RegistryError::new(Code::RangeInvalid, format!("the blob has {size} bytes"));
    match HeaderValue::try_from(format!("bytes */{size}")) {
        Ok(value) => error.header(CONTENT_RANGE, value),
        Err(_) => error,
    }
}

fn answer(status: StatusCode, digest: &Digest, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    name_content(&mut response, digest);
    EntityTag::of(digest).add_to(response.headers_mut());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    response
}
