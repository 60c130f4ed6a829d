//! `GET /v2/_catalog`: the repositories, by pages (not in the specification; Docker's registry has it, and clients
//! use it).

use axum::response::IntoResponse as _;
use http::header::{CONTENT_TYPE, LINK};
use portolan_catalog::Action;
use portolan_oci::RepositoryName;
use serde::Serialize;

use super::answer::Answer;
use super::door::RegistryDoor;
use super::error::RegistryError;
use super::page;
use super::request::Asked;

/// Repositories of a page for which no number was given, or a larger one.
const PAGE: u32 = 1_000;

#[derive(Serialize)]
struct Repositories<'a> {
    repositories: Vec<&'a str>,
}

pub(super) async fn list_repositories(door: &RegistryDoor, asked: &Asked) -> Answer {
    if !asked.caller.may_somewhere(Action::Pull) {
        return Err(RegistryError::no_login(None));
    }
    let limit = asked.query().entries()?.unwrap_or(PAGE).min(PAGE);
    let after = asked.query().value("last").filter(|last| !last.is_empty());
    let found = door.store.repositories(after.as_deref(), limit).await?;
    // The caller sees those that he may read; the page goes on behind the last one of all.
    let seen = found.names.iter().filter(|name| asked.caller.may(Action::Pull, name));
    let list = Repositories { repositories: seen.map(RepositoryName::as_str).collect() };
    let text = serde_json::to_string(&list).map_err(RegistryError::internal)?;
    let mut response = ([(CONTENT_TYPE, "application/json")], text).into_response();
    if let (true, Some(last)) = (found.more, found.names.last())
        && let Some(next) = page::next(asked.path(), &[("n", &limit.to_string()), ("last", last.as_str())])
    {
        response.headers_mut().insert(LINK, next);
    }
    Ok(response)
}
