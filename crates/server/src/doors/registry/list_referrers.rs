//! `GET` of what refers to a manifest (end-12; distribution-spec, "Listing Referrers").

use axum::response::IntoResponse as _;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LINK};
use http::{HeaderName, HeaderValue};
use portolan_catalog::{Action, ReferrerKey};
use portolan_oci::{Digest, MediaType, RepositoryName};
use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::{Answer, set};
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::page;
use super::request::Asked;

/// Says that the list holds one artifact type only.
const FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u8,
    media_type: &'a str,
    manifests: Vec<Box<RawValue>>,
}

/// A subject that is not there has an empty list: what refers to it may come first.
pub(super) async fn list_referrers(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    subject: Digest,
) -> Answer {
    asked.must(Action::Pull, &name)?;
    let wanted = asked.query().value("artifactType").filter(|wanted| !wanted.is_empty());
    let artifact_type: Option<MediaType> = match &wanted {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            RegistryError::new(Code::ManifestInvalid, "`artifactType` is a media type like `application/x`")
        })?),
    };
    let after = after(asked)?;
    let repository = door.store.repository(name);
    let find = || async {
        let found = repository.referrers(&subject, artifact_type.as_ref(), after.as_ref()).await?;
        Ok((index(found.descriptors)?, found.next))
    };
    let ((text, next), place) = door.room.for_outgoing(find, |(text, _)| text.len()).await?;
    let (length, body) = (text.len(), door.room.hand_out(text, place));
    let content_type = HeaderValue::from_static("application/vnd.oci.image.index.v1+json");
    let mut response = ([(CONTENT_TYPE, content_type)], body).into_response();
    set(&mut response, CONTENT_LENGTH, &length.to_string());
    if artifact_type.is_some() {
        response.headers_mut().insert(FILTERS_APPLIED, HeaderValue::from_static("artifactType"));
    }
    if let Some(key) = next {
        let digest = key.digest.to_string();
        let mut parameters = vec![("last", digest.as_str())];
        if let Some(wanted) = &wanted {
            parameters.push(("artifactType", wanted));
        }
        if let Some(last) = &key.artifact_type {
            parameters.push(("lastType", last.as_str()));
        }
        if let Some(next) = page::next(asked.path(), &parameters) {
            response.headers_mut().insert(LINK, next);
        }
    }
    Ok(response)
}

/// The page as it is sent.
fn index(descriptors: Vec<String>) -> Result<Bytes, RegistryError> {
    let manifests = descriptors.into_iter().map(RawValue::from_string).collect::<Result<_, _>>();
    let index = Index {
        schema_version: 2,
        media_type: MediaType::OCI_INDEX.as_str(),
        manifests: manifests.map_err(RegistryError::internal)?,
    };
    Ok(serde_json::to_vec(&index).map_err(RegistryError::internal)?.into())
}

/// Where the page begins, as the link of the page before has it.
fn after(asked: &Asked) -> Result<Option<ReferrerKey>, RegistryError> {
    let Some(digest) = asked.query().digest("last")? else { return Ok(None) };
    let invalid = |_| {
        RegistryError::new(Code::PaginationNumberInvalid, "`lastType` comes from the link of the page before")
    };
    let artifact_type =
        asked.query().value("lastType").map(|text| text.parse()).transpose().map_err(invalid)?;
    Ok(Some(ReferrerKey { artifact_type, digest }))
}
