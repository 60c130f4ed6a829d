//! `DELETE` of an upload (end-14, the next version of the specification).

use axum::response::IntoResponse as _;
use http::StatusCode;
use portolan_catalog::{Action, UploadId};
use portolan_oci::RepositoryName;

use super::answer::Answer;
use super::door::RegistryDoor;
use super::request::Asked;
use super::session;

pub(super) async fn cancel_upload(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    id: UploadId,
) -> Answer {
    asked.must(Action::Push, &name)?;
    let repository = door.store.repository(name);
    match repository.cancel_upload(&session::of(asked, id)).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Err(error) => Err(session::failed(error, repository.name(), id)),
    }
}
