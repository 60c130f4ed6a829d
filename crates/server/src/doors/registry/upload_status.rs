//! `GET` of an upload: how far it has come (end-13).

use http::StatusCode;
use portolan_catalog::{Action, UploadId};
use portolan_oci::RepositoryName;

use super::answer::Answer;
use super::door::RegistryDoor;
use super::request::Asked;
use super::session;

pub(super) async fn upload_status(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    id: UploadId,
) -> Answer {
    asked.must(Action::Push, &name)?;
    let repository = door.store.repository(name);
    let offset = repository.upload_offset(&session::of(asked, id)).await?;
    Ok(session::at(StatusCode::NO_CONTENT, repository.name(), id, offset))
}
