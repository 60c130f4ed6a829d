//! `GET` of a list of tags (end-8; distribution-spec, "Listing Tags").

use std::borrow::Cow;

use axum::response::IntoResponse as _;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LINK};
use portolan_catalog::{Action, TagRange};
use portolan_oci::RepositoryName;
use serde::Serialize;

use super::answer::Answer;
use super::door::RegistryDoor;
use super::error::RegistryError;
use super::page;
use super::request::Asked;
use super::unchanged::EntityTag;

#[derive(Serialize)]
struct Tags<'a> {
    name: &'a str,
    tags: Vec<&'a str>,
}

pub(super) async fn list_tags(door: &RegistryDoor, asked: &Asked, name: RepositoryName) -> Answer {
    asked.must(Action::Pull, &name)?;
    let limit = asked.query().entries()?;
    let after = asked.query().value("last").filter(|last| !last.is_empty()).map(Cow::into_owned);
    let repository = door.store.repository(name);
    let unknown = || RegistryError::name_unknown(repository.name());
    let found = repository.tags(&TagRange { after, limit }).await?.ok_or_else(unknown)?;
    let tag = EntityTag::of(found.revision);
    if tag.is_known(asked.headers()) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        tag.add_to(response.headers_mut());
        return Ok(response);
    }
    let list = Tags { name: repository.name().as_str(), tags: found.tags.iter().collect() };
    let text = serde_json::to_string(&list).map_err(RegistryError::internal)?;
    let mut response = ([(CONTENT_TYPE, "application/json")], text).into_response();
    tag.add_to(response.headers_mut());
    if let (true, Some(limit), Some(last)) = (found.more, limit, list.tags.last())
        && let Some(next) = page::next(asked.path(), &[("n", &limit.to_string()), ("last", last)])
    {
        response.headers_mut().insert(LINK, next);
    }
    Ok(response)
}
