//! `PATCH` of an upload: a chunk, or a stream (end-5).

use http::StatusCode;
use portolan_catalog::{Action, UploadId};
use portolan_oci::RepositoryName;
use portolan_store::Sent;

use super::answer::Answer;
use super::body;
use super::door::RegistryDoor;
use super::request::Asked;
use super::session;
use crate::http::RequestBody;

pub(super) async fn append_upload(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    id: UploadId,
    body: &RequestBody,
) -> Answer {
    asked.must(Action::Push, &name)?;
    let (upload, at) = (session::of(asked, id), body::place(asked)?);
    let repository = door.store.repository(name);
    let bytes = body.incoming(door.limits.pause);
    match repository.append_upload(&upload, Sent { at, bytes }).await {
        Ok(offset) => Ok(session::at(StatusCode::ACCEPTED, repository.name(), id, offset)),
        Err(error) => Err(session::failed(error, repository.name(), id)),
    }
}
