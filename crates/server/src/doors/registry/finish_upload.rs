//! `PUT` of an upload: the last bytes, and the digest of all (end-6).

use portolan_catalog::{Action, UploadId};
use portolan_oci::RepositoryName;
use portolan_store::Sent;

use super::answer::Answer;
use super::body;
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::request::Asked;
use super::session;
use crate::http::RequestBody;

pub(super) async fn finish_upload(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    id: UploadId,
    body: &RequestBody,
) -> Answer {
    asked.must(Action::Push, &name)?;
    let digest = asked.query().digest("digest")?.ok_or_else(|| {
        RegistryError::new(Code::DigestInvalid, "the parameter `digest` says what the blob has to be")
    })?;
    let (upload, at) = (session::of(asked, id), body::place(asked)?);
    let repository = door.store.repository(name);
    let bytes = body.incoming(door.limits.pause);
    match repository.finish_upload(&upload, Sent { at, bytes }, &digest).await {
        Ok(_) => Ok(session::created(repository.name(), &digest)),
        Err(error) => Err(session::failed(error, repository.name(), id)),
    }
}
