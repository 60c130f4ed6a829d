//! `GET` and `HEAD` of a manifest (end-3; distribution-spec, "Pulling manifests").

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, StatusCode};
use portolan_catalog::Action;
use portolan_oci::{Digest, MediaType, RepositoryName, TagOrDigest};

use super::answer::{Answer, name_content, set};
use super::door::RegistryDoor;
use super::error::RegistryError;
use super::request::Asked;
use super::route::Named;
use super::unchanged::EntityTag;

pub(super) async fn pull_manifest(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    named: Named,
) -> Answer {
    asked.must(Action::Pull, &name)?;
    let reference = match named {
        Named::By(reference) => reference,
        Named::Nothing(text) => return Err(RegistryError::manifest_unknown(&text)),
    };
    let unknown = || RegistryError::manifest_unknown(&reference.to_string());
    let repository = door.store.repository(name);
    if asked.method() == Method::HEAD || is_conditional(asked, &reference) {
        let stat = repository.stat_manifest(&reference).await?.ok_or_else(unknown)?;
        let tag = EntityTag::of(stat.digest);
        if tag.is_known(asked.headers()) {
            return Ok(head(
                &stat.digest,
                &stat.media_type,
                stat.size,
                StatusCode::NOT_MODIFIED,
                Body::empty(),
            ));
        }
        if asked.method() == Method::HEAD {
            return Ok(head(&stat.digest, &stat.media_type, stat.size, StatusCode::OK, Body::empty()));
        }
    }
    let find = || async { repository.find_manifest(&reference).await?.ok_or_else(unknown) };
    let (found, place) = door.room.for_outgoing(find, |found| found.body.len()).await?;
    let size = found.body.len() as u64;
    let body = door.room.hand_out(found.body, place);
    Ok(head(&found.digest, &found.media_type, size, StatusCode::OK, body))
}

/// Whether the client may have the manifest already: then it is not read from the catalogue.
fn is_conditional(asked: &Asked, reference: &TagOrDigest) -> bool {
    match reference {
        TagOrDigest::Tag(_) => asked.headers().contains_key(http::header::IF_NONE_MATCH),
        TagOrDigest::Digest(digest) => EntityTag::of(digest).is_known(asked.headers()),
    }
}

fn head(digest: &Digest, media_type: &MediaType, size: u64, status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    name_content(&mut response, digest);
    EntityTag::of(digest).add_to(response.headers_mut());
    if status != StatusCode::NOT_MODIFIED {
        set(&mut response, CONTENT_TYPE, media_type.as_str());
        set(&mut response, CONTENT_LENGTH, &size.to_string());
    }
    response
}
