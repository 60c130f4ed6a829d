//! What is written down beside the blobs before it is acknowledged, so that the catalogue can be made again.
//!
//! What was committed is recorded even if whoever asked goes away: both are done in a task of their own.

use jiff::Timestamp;
use portolan_catalog::{By, DeleteManifest, DeleteTag, FoundManifest, ManifestWas, StoredManifest};
use portolan_oci::{Digest, RawManifest, Tag};

use super::StoreRepository;
use crate::{Record, StoreError, StoreResult};

impl StoreRepository {
    /// Does work that commits and records to its end, also when nobody waits for it any more; but begins none while
    /// records of work before it cannot be written.
    pub(super) async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = StoreResult<T>> + Send + 'static,
    ) -> StoreResult<T> {
        let store = self.store().clone();
        let settled = async move {
            store.may_write()?;
            store.recorder().settle().await?;
            work.await
        };
        match tokio::spawn(settled).await {
            Ok(done) => done,
            Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
            Err(_) => Err(StoreError::Closing),
        }
    }

    /// The same, through this process: who reads changes can tell whose they are.
    pub(super) fn through_here(&self, by: &By) -> By {
        by.clone().through(self.store().node())
    }

    pub(super) async fn record_put(
        &self,
        manifest: &RawManifest,
        stored: &StoredManifest,
        by: &By,
    ) -> StoreResult<()> {
        let mut records = Vec::with_capacity(stored.moved.len() + 1);
        if stored.manifest != ManifestWas::There {
            records.push(Record::Manifest {
                repository: self.name.clone(),
                revision: stored.revision,
                digest: *manifest.digest(),
                media_type: manifest.media_type().clone(),
                at: stored.at,
                body: manifest.bytes().clone(),
            });
        }
        let at = (stored.revision, stored.at);
        records.extend(stored.moved.iter().map(|tag| self.tag(tag, Some(*manifest.digest()), at, by)));
        self.record(records).await
    }

    /// The image and all that is to be seen again below it, whether its record is still there or not: what was deleted
    /// may have lost it.
    pub(super) async fn record_rolled_back(
        &self,
        tag: &Tag,
        (image, children): (&FoundManifest, &[FoundManifest]),
        stored: &StoredManifest,
        by: &By,
    ) -> StoreResult<()> {
        let shown = children.iter().chain([image]).map(|manifest| Record::Manifest {
            repository: self.name.clone(),
            revision: stored.revision,
            digest: manifest.digest,
            media_type: manifest.media_type.clone(),
            at: stored.at,
            body: manifest.body.clone(),
        });
        let named = self.tag(tag, Some(image.digest), (stored.revision, stored.at), by);
        self.record(shown.chain([named]).collect()).await
    }

    pub(super) async fn record_tag_deleted(
        &self,
        tag: &Tag,
        deleted: &DeleteTag,
        by: &By,
    ) -> StoreResult<()> {
        // It may have been deleted by a request that was committed and not recorded.
        let DeleteTag::Deleted { revision, at, .. } = deleted else { return self.record(Vec::new()).await };
        self.record(vec![self.tag(tag, None, (*revision, *at), by)]).await
    }

    /// Its tags are written down too: a manifest that is put again later must not bring them back.
    pub(super) async fn record_manifest_deleted(
        &self,
        digest: &Digest,
        deleted: &DeleteManifest,
        by: &By,
    ) -> StoreResult<()> {
        let DeleteManifest::Deleted { revision, at, tags } = deleted else {
            return self.record(Vec::new()).await;
        };
        let mut records: Vec<Record> =
            tags.iter().map(|tag| self.tag(tag, None, (*revision, *at), by)).collect();
        records.push(Record::ManifestDeleted {
            repository: self.name.clone(),
            revision: *revision,
            digest: *digest,
            at: *at,
        });
        self.record(records).await
    }

    fn tag(&self, tag: &Tag, digest: Option<Digest>, (revision, at): (u64, Timestamp), by: &By) -> Record {
        Record::Tag {
            repository: self.name.clone(),
            revision,
            name: tag.clone(),
            digest,
            at,
            cause: by.cause,
            actor: by.actor().to_owned(),
        }
    }

    async fn record(&self, records: Vec<Record>) -> StoreResult<()> {
        Ok(self.store().recorder().append(records).await?)
    }
}
