//! `POST` of an upload: beginning one (end-4a), the whole blob at once (end-4b), mounting one (end-11).

use http::StatusCode;
use portolan_catalog::Action;
use portolan_oci::{Algorithm, Digest, RepositoryName, with_causes};
use portolan_store::{Mounted, Proof, Sent, StoreError, StoreRepository};

use super::answer::Answer;
use super::door::RegistryDoor;
use super::error::{Code, RegistryError};
use super::request::Asked;
use super::session;
use crate::http::RequestBody;

pub(super) async fn begin_upload(
    door: &RegistryDoor,
    asked: &Asked,
    name: RepositoryName,
    body: &RequestBody,
) -> Answer {
    asked.must(Action::Push, &name)?;
    let announced = asked.query().algorithm()?;
    let whole = asked.query().digest("digest")?;
    let repository = door.store.repository(name);
    if let Some(digest) = asked.query().digest("mount")?
        && mount(&repository, asked, &digest).await? == Mounted::Yes
    {
        return Ok(session::created(repository.name(), &digest));
    }
    let algorithm = announced.or(whole.map(|digest| digest.algorithm())).unwrap_or(Algorithm::Sha256);
    let owner = asked.caller.to_string();
    let upload = repository.begin_upload(&owner, Proof::Hashing(algorithm)).await?;
    let Some(digest) = whole else {
        return Ok(session::at(StatusCode::ACCEPTED, repository.name(), upload.id, 0));
    };
    let bytes = body.incoming(door.limits.pause);
    match repository.finish_upload(&upload, Sent { at: Some(0), bytes }, &digest).await {
        Ok(_) => Ok(session::created(repository.name(), &digest)),
        Err(error) => {
            // Nobody was told of the session: nobody can go on with it.
            match repository.cancel_upload(&upload).await {
                Ok(()) | Err(StoreError::UploadUnknown) => {}
                Err(cause) => tracing::warn!(cause = with_causes(&cause), "a failed upload stays for now"),
            }
            Err(error.into())
        }
    }
}

/// Mounts from the repository that is named, or from any other. From one that the caller may not read nothing is
/// mounted, and the answer is the same as if it did not have the blob.
async fn mount(
    repository: &StoreRepository,
    asked: &Asked,
    digest: &Digest,
) -> Result<Mounted, RegistryError> {
    let sources = match asked.query().value("from") {
        Some(from) => {
            let invalid = |_| RegistryError::new(Code::NameInvalid, "`from` names no repository");
            vec![from.parse().map_err(invalid)?]
        }
        None => repository.where_blob_is(digest).await?,
    };
    for source in sources.iter().filter(|source| asked.caller.may(Action::Pull, source)) {
        if repository.mount_blob(digest, source).await? == Mounted::Yes {
            return Ok(Mounted::Yes);
        }
    }
    Ok(Mounted::NotThere)
}
