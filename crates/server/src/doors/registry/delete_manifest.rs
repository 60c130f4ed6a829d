//! `DELETE` of a tag or a manifest (end-9; distribution-spec, "Deleting Tags", "Deleting Manifests").

use axum::response::IntoResponse as _;
use http::StatusCode;
use portolan_catalog::{Action, By, ChangeCause, DeleteManifest, DeleteTag};
use portolan_oci::{RepositoryName, TagOrDigest};

use super::answer::Answer;
use super::door::RegistryDoor;
use super::error::RegistryError;
use super::request::Asked;
use super::route::Named;

pub(super) async fn delete_manifest(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    named: Named,
) -> Answer {
    asked.must(Action::Delete, &name)?;
    let reference = match named {
        Named::By(reference) => reference,
        Named::Nothing(text) => return Err(RegistryError::manifest_unknown(&text)),
    };
    let by = By::new(ChangeCause::Delete, asked.caller.to_string());
    let repository = door.store.repository(name);
    let deleted = match &reference {
        TagOrDigest::Tag(tag) => {
            matches!(repository.delete_tag(tag, &by).await?, DeleteTag::Deleted { .. })
        }
        TagOrDigest::Digest(digest) => {
            matches!(repository.delete_manifest(digest, &by).await?, DeleteManifest::Deleted { .. })
        }
    };
    if deleted {
        Ok(StatusCode::ACCEPTED.into_response())
    } else {
        Err(RegistryError::manifest_unknown(&reference.to_string()))
    }
}
