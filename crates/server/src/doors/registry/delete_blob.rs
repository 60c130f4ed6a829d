//! `DELETE` of a blob (end-10; distribution-spec, "Deleting Blobs").

use axum::response::IntoResponse as _;
use http::StatusCode;
use portolan_catalog::{Action, UnlinkBlob};
use portolan_oci::{Digest, RepositoryName};

use super::answer::Answer;
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::request::Asked;

/// A blob that a manifest needs is not deleted: whoever could pull the manifest could not pull its blobs.
pub(super) async fn delete_blob(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    digest: Digest,
) -> Answer {
    asked.must(Action::Delete, &name)?;
    match door.store.repository(name).unlink_blob(&digest).await? {
        UnlinkBlob::Unlinked => Ok(StatusCode::ACCEPTED.into_response()),
        UnlinkBlob::NotThere => Err(RegistryError::blob_unknown(&digest)),
        UnlinkBlob::Needed => Err(RegistryError::new(
            Code::Unsupported,
            "a manifest of the repository needs the blob: delete that first",
        )),
    }
}
