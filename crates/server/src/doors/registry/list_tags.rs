//! `GET` of a list of tags (end-8; distribution-spec, "Listing Tags").

use std::borrow::Cow;

use axum::response::IntoResponse as _;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LINK};
use portolan_catalog::{Action, TagRange};
use portolan_oci::RepositoryName;
use portolan_store::StoreRepository;
use serde::Serialize;

use super::answer::{Answer, set};
use super::door::RegistryDoor;
use super::error::RegistryError;
use super::page;
use super::request::Asked;
use super::tag_lists::TagList;
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
    let (range, repository) = (TagRange { after, limit }, door.store.repository(name));
    let name = repository.name();
    let revision = repository.revision().await?.ok_or_else(|| RegistryError::name_unknown(name))?;
    let tag = EntityTag::of(revision);
    if tag.is_known(asked.headers()) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        tag.add_to(response.headers_mut());
        return Ok(response);
    }
    let find = || async {
        if let Some(list) = door.tag_lists.get(name, &range, revision) {
            return Ok(list);
        }
        let list = make(asked, &repository, &range).await?;
        door.tag_lists.put(name, &range, list.clone());
        Ok(list)
    };
    let (list, place) = door.room.for_outgoing(find, |list| list.body.len()).await?;
    let length = list.body.len();
    let body = door.room.hand_out(list.body, place);
    let mut response = ([(CONTENT_TYPE, "application/json")], body).into_response();
    set(&mut response, CONTENT_LENGTH, &length.to_string());
    EntityTag::of(list.revision).add_to(response.headers_mut());
    if let Some(next) = list.next {
        response.headers_mut().insert(LINK, next);
    }
    Ok(response)
}

/// The list as it is sent, and where it goes on.
async fn make(
    asked: &Asked,
    repository: &StoreRepository,
    range: &TagRange,
) -> Result<TagList, RegistryError> {
    let unknown = || RegistryError::name_unknown(repository.name());
    let found = repository.tags(range).await?.ok_or_else(unknown)?;
    let list = Tags { name: repository.name().as_str(), tags: found.tags.iter().collect() };
    let next = match (found.more, range.limit, list.tags.last()) {
        (true, Some(limit), Some(last)) => {
            page::next(asked.path(), &[("n", &limit.to_string()), ("last", last)])
        }
        _ => None,
    };
    let body = serde_json::to_vec(&list).map_err(RegistryError::internal)?;
    Ok(TagList { revision: found.revision, body: body.into(), next })
}
