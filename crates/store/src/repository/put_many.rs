//! Many small objects, in packs.

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use portolan_catalog::{BlobPlace, CommitBlob, NewBlob};
use portolan_oci::{Digest, Verified, with_causes};

use super::StoreRepository;
use crate::error::Cause;
use crate::packs::{PACK_SIZE, PACKED_BELOW};
use crate::place::OWNER;
use crate::{PackWriter, Proof, SealedPack, Sent, StoreError, StoreResult};

/// Objects that are at hand, each with its proof. An error says why there will be no more.
pub type Objects<'a> = BoxStream<'a, Result<(Verified, Bytes), Cause>>;

/// What became of many objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PutMany {
    /// How many were written.
    pub written: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many were in the store already, and were linked.
    pub there: u64,
}

/// Objects that are looked up and written together.
const BATCH: usize = 400;

/// Bytes of them that are in memory.
const BATCH_BYTES: usize = 4 << 20;

/// The pack that is being written.
#[derive(Default)]
struct Packing(Option<Box<dyn PackWriter>>);

impl StoreRepository {
    /// Makes objects blobs of this repository. Small ones are put together into packs, so that a flush serves
    /// thousands of them. All of it is durable when this is done; if it fails, some objects may be here and others
    /// not, each of them whole.
    ///
    /// # Errors
    /// [`StoreError::BrokenOff`] with the cause if there will be no more; [`StoreError::OutOfOrder`] if a proof is
    /// that of another number of bytes; [`StoreError::NoRoom`]; if the catalogue or the storage fails.
    pub async fn put_many(&self, mut objects: Objects<'_>) -> StoreResult<PutMany> {
        let (mut packing, mut put) = (Packing::default(), PutMany::default());
        let mut end = Ok(());
        while end.is_ok() {
            self.store().takes_content().await?;
            let mut batch = Vec::new();
            end = gather(&mut objects, &mut batch).await;
            if batch.is_empty() {
                break;
            }
            let missing = self.link_present(batch, &mut put).await?;
            self.write(missing, &mut packing, &mut put).await?;
        }
        if let Some(writer) = packing.0.take() {
            self.commit_pack(writer.seal().await?).await?;
        }
        match end {
            Ok(()) | Err(None) => Ok(put),
            Err(Some(cause)) => Err(StoreError::BrokenOff { offset: put.bytes, cause }),
        }
    }

    /// Links those whose bytes are in the store, and gives back the others.
    async fn link_present(
        &self,
        mut batch: Vec<(Verified, Bytes)>,
        put: &mut PutMany,
    ) -> StoreResult<Vec<(Verified, Bytes)>> {
        let digests: Vec<Digest> = batch.iter().map(|(verified, _)| *verified.digest()).collect();
        let present = self.content().blobs_present(&digests).await?;
        let found = batch.iter().filter(|(verified, _)| present.contains(verified.digest()));
        let found: Vec<NewBlob> = found.map(|(verified, _)| blob(verified, None)).collect();
        if found.is_empty() {
            return Ok(batch);
        }
        let digests: Vec<Digest> = found.iter().map(|blob| blob.digest).collect();
        let became = self.content().commit_blobs(&self.name, found, None).await?;
        // A collector may have been faster: what it took is written anew.
        let linked = digests.into_iter().zip(became).filter(|(_, became)| *became == CommitBlob::Superfluous);
        let linked: Vec<Digest> = linked.map(|(digest, _)| digest).collect();
        put.there += linked.len() as u64;
        batch.retain(|(verified, _)| !linked.contains(verified.digest()));
        Ok(batch)
    }

    async fn write(
        &self,
        missing: Vec<(Verified, Bytes)>,
        packing: &mut Packing,
        put: &mut PutMany,
    ) -> StoreResult<()> {
        put.written += missing.len() as u64;
        put.bytes += missing.iter().map(|(verified, _)| verified.size()).sum::<u64>();
        let (small, large): (Vec<_>, Vec<_>) =
            missing.into_iter().partition(|(verified, _)| verified.size() < PACKED_BELOW);
        for (verified, bytes) in large {
            self.put_large(verified, bytes).await?;
        }
        if small.is_empty() {
            return Ok(());
        }
        let mut writer = match packing.0.take() {
            Some(writer) => writer,
            None => self.store().backend().begin_pack().await?,
        };
        writer.add(small.into_iter().map(|(verified, bytes)| (*verified.digest(), bytes)).collect()).await?;
        if writer.written() >= PACK_SIZE {
            return self.commit_pack(writer.seal().await?).await;
        }
        packing.0 = Some(writer);
        Ok(())
    }

    /// As a file of its own, like any upload.
    async fn put_large(&self, verified: Verified, bytes: Bytes) -> StoreResult<()> {
        let upload = self.begin_upload(OWNER, Proof::Given).await?;
        let sent = Sent { at: Some(0), bytes: stream::iter([Ok(bytes)]).boxed() };
        let put = async {
            self.append_upload(&upload, sent).await?;
            self.commit_upload(&upload, &verified).await
        };
        let put = put.await;
        if put.is_err()
            && let Err(error @ (StoreError::Catalog(_) | StoreError::Backend(_))) =
                self.cancel_upload(&upload).await
        {
            tracing::warn!(cause = with_causes(&error), "what has come of an object stays for now");
        }
        put
    }

    async fn commit_pack(&self, sealed: SealedPack) -> StoreResult<()> {
        let SealedPack { name, entries, placed } = sealed;
        let blobs = entries.iter().map(|entry| NewBlob {
            digest: entry.digest,
            size: entry.length,
            place: Some(BlobPlace::Packed { pack: name.clone(), offset: entry.offset }),
        });
        self.store().may_write()?;
        let became = self.content().commit_blobs(&self.name, blobs.collect(), None).await?;
        drop(placed);
        let linked = |became: &CommitBlob| matches!(became, CommitBlob::Live | CommitBlob::Superfluous);
        if became.iter().all(linked) { Ok(()) } else { Err(StoreError::Contended) }
    }
}

fn blob(verified: &Verified, place: Option<BlobPlace>) -> NewBlob {
    NewBlob { digest: *verified.digest(), size: verified.size(), place }
}

/// The next objects. An error says that there will be no more, and why if that is not their end.
async fn gather(objects: &mut Objects<'_>, batch: &mut Vec<(Verified, Bytes)>) -> Result<(), Option<Cause>> {
    let mut length = 0;
    while batch.len() < BATCH && length < BATCH_BYTES {
        let (verified, bytes) = objects.next().await.ok_or(None)?.map_err(Some)?;
        if verified.size() != bytes.len() as u64 {
            return Err(Some(Box::new(StoreError::OutOfOrder { offset: bytes.len() as u64 })));
        }
        length += bytes.len();
        batch.push((verified, bytes));
    }
    Ok(())
}
