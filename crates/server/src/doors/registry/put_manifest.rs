//! `PUT` of a manifest (end-7; distribution-spec, "Pushing Manifests").

use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use portolan_catalog::{Action, By, ChangeCause, PutManifest};
use portolan_oci::{MediaType, RawManifest, RepositoryName, Tag, TagOrDigest};
use serde_json::json;

use super::answer::{Answer, name_content, set};
use super::body;
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::request::Asked;
use super::route::Named;
use crate::http::RequestBody;

/// The manifest's subject, when its place in the list of referrers was taken care of.
const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// A tag that was asked for by parameter and that names the manifest now.
const TAG: HeaderName = HeaderName::from_static("oci-tag");

/// Of what is missing, so many are named.
const NAMED: usize = 100;

pub(super) async fn put_manifest(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    named: Named,
    body: &RequestBody,
) -> Answer {
    asked.must(Action::Push, &name)?;
    let reference = match named {
        Named::By(reference) => reference,
        Named::Nothing(text) => return Err(RegistryError::tag_invalid(&text)),
    };
    let by_parameter = asked.query().tags()?;
    let media_type = media_type(asked)?;
    let by = By::new(ChangeCause::Push, asked.caller.to_string());
    let (bytes, _came) = body::manifest(asked, body, door).await?;
    let _work = door.room.for_work(bytes.len()).await?;
    let manifest = match &reference {
        TagOrDigest::Digest(digest) => RawManifest::with_digest(bytes, media_type.as_ref(), *digest),
        TagOrDigest::Tag(_) => RawManifest::new(bytes, media_type.as_ref()),
    }?;
    let tags = tags(&reference, &by_parameter);
    let repository = door.store.repository(name);
    match repository.put_manifest(&manifest, &tags, &by).await? {
        PutManifest::Stored(_) | PutManifest::Unchanged => {
            Ok(created(repository.name(), &manifest, &by_parameter))
        }
        PutManifest::Missing(digests) => Err(RegistryError::new(
            Code::ManifestBlobUnknown,
            format!("the repository misses {} of what the manifest names", digests.len()),
        )
        .detail(
            json!({ "digests": digests.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>() }),
        )),
    }
}

/// What the client says the manifest is.
fn media_type(asked: &Asked) -> Result<Option<MediaType>, RegistryError> {
    let Some(text) = asked.header(&CONTENT_TYPE) else { return Ok(None) };
    let bad = |cause| RegistryError::new(Code::ManifestInvalid, format!("{cause}"));
    text.parse().map(Some).map_err(bad)
}

fn tags(reference: &TagOrDigest, by_parameter: &[Tag]) -> Vec<Tag> {
    let mut tags = by_parameter.to_vec();
    if let TagOrDigest::Tag(tag) = reference
        && !tags.contains(tag)
    {
        tags.push(tag.clone());
    }
    tags
}

fn created(name: &RepositoryName, manifest: &RawManifest, by_parameter: &[Tag]) -> Response {
    let mut response = StatusCode::CREATED.into_response();
    set(&mut response, LOCATION, &format!("/v2/{name}/manifests/{}", manifest.digest()));
    name_content(&mut response, manifest.digest());
    if let Some(subject) = manifest.parsed().subject() {
        set(&mut response, SUBJECT, &subject.digest.to_string());
    }
    let tags = by_parameter.iter().filter_map(|tag| HeaderValue::try_from(tag.as_str()).ok());
    for tag in tags {
        response.headers_mut().append(TAG, tag);
    }
    response
}
