//! What can be settled without sending bytes.

use portolan_oci::{Descriptor, RepositoryName, Verifier};
use portolan_transport::{Begun, Flight, MountFrom, Resumed, TransportError, TransportResult, UploadState};

use super::lane::Lane;
use super::mover::Mover;
use crate::event::BlobOutcome;

/// What a target needs of a blob.
#[expect(clippy::large_enum_variant, reason = "short-lived, one at a time for each blob and target")]
pub(super) enum Need {
    /// Nothing: it is there.
    Nothing(BlobOutcome),
    /// Bytes from the upload's offset on; the state of the hash there, if it was kept.
    Bytes(UploadState, Option<Verifier>),
}

impl Mover {
    /// What costs no wait for others: the blob was proven to be at this place, or on its host, in this run.
    pub(super) async fn settle_at_once(
        &self,
        blob: &Descriptor,
        lane: &Lane,
    ) -> TransportResult<Option<Need>> {
        if self.known.is_at(&blob.digest, &lane.place) {
            return Ok(Some(Need::Nothing(BlobOutcome::Present)));
        }
        if !lane.target.capabilities().mount.is_possible() {
            return Ok(None);
        }
        match self.known.beside(&blob.digest, &lane.place) {
            Some(from) => self.mount(blob, lane, from).await,
            None => Ok(None),
        }
    }

    /// Asks the target to mount the blob, once for all images that want it there now. Who waited for another's
    /// answer and does not find the blob goes on as if it could not be mounted: the other brings it.
    async fn mount(
        &self,
        blob: &Descriptor,
        lane: &Lane,
        from: RepositoryName,
    ) -> TransportResult<Option<Need>> {
        let Flight::Lead(lead) = self.mounts.join(&(lane.place.clone(), blob.digest)).await else {
            let is_there = self.known.is_at(&blob.digest, &lane.place);
            return Ok(is_there.then_some(Need::Nothing(BlobOutcome::Present)));
        };
        if self.known.is_at(&blob.digest, &lane.place) {
            lead.land(());
            return Ok(Some(Need::Nothing(BlobOutcome::Present)));
        }
        let need = self.begin(blob, lane, &MountFrom::Repository(from)).await?;
        if matches!(need, Need::Nothing(_)) {
            self.known.add(blob.digest, &lane.place);
        }
        lead.land(());
        Ok(Some(need))
    }

    /// The full question: an upload to continue, a HEAD where it may be there, a mount, a new upload.
    pub(super) async fn settle(&self, blob: &Descriptor, lane: &Lane) -> TransportResult<Need> {
        if lane.asks_for(&blob.digest) {
            if Self::has(blob, lane).await? {
                return Ok(Need::Nothing(BlobOutcome::Present));
            }
            if let Some(need) = self.continue_upload(blob, lane).await? {
                return Ok(need);
            }
        }
        self.begin(blob, lane, &Self::hinted_mount(blob, lane)).await
    }

    /// Whether the target has the blob. One that cannot tell has not: a registry whose disk was full may fail
    /// for ever on what it half has, and is mended by sending it again.
    pub(super) async fn has(blob: &Descriptor, lane: &Lane) -> TransportResult<bool> {
        match lane.target.has_blob(blob).await {
            Err(cause @ TransportError::Unavailable { .. }) => {
                tracing::debug!(%cause, target = %lane.label, "it cannot be asked for; it is sent");
                Ok(false)
            }
            told => told,
        }
    }

    /// A repository that had the blob in an earlier run.
    fn hinted_mount(blob: &Descriptor, lane: &Lane) -> MountFrom {
        let hinted = lane.elsewhere(&blob.digest);
        hinted
            .iter()
            .filter(|repository| repository.as_str() != lane.place.repository)
            .find_map(|repository| repository.parse::<RepositoryName>().ok())
            .map_or(MountFrom::Nowhere, MountFrom::Repository)
    }

    async fn begin(&self, blob: &Descriptor, lane: &Lane, from: &MountFrom) -> TransportResult<Need> {
        Ok(match lane.target.begin(blob, from).await? {
            Begun::Mounted => match from {
                MountFrom::Nowhere => Need::Nothing(BlobOutcome::Present),
                _ => Need::Nothing(BlobOutcome::Mounted),
            },
            Begun::Upload(upload) => Need::Bytes(upload, None),
        })
    }

    /// An upload that an earlier run left half done.
    async fn continue_upload(&self, blob: &Descriptor, lane: &Lane) -> TransportResult<Option<Need>> {
        let saved = match self.journal.upload(&lane.place, &blob.digest).await {
            Ok(Some(saved)) => saved,
            Ok(None) => return Ok(None),
            Err(cause) => {
                tracing::warn!(%cause, "the journal of uploads cannot be read: starting the blob again");
                return Ok(None);
            }
        };
        let Ok(upload) = serde_json::from_value::<UploadState>(saved.session) else { return Ok(None) };
        if let Resumed::At(upload) = lane.target.resume(&upload).await? {
            return Ok(Some(Need::Bytes(upload, Verifier::restore(&saved.verifier))));
        }
        self.journal.forget_upload(&lane.place, &blob.digest);
        Ok(None)
    }
}
