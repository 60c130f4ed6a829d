//! Packs that are worn: what is left in them is written into new ones.

use std::collections::HashMap;

use bytes::Bytes;
use futures::TryStreamExt as _;
use portolan_catalog::{
    BlobPlace, BlobWithBytes, MovePacked, MovedBlob, PackName, PackUse, PackedBlob, RetirePack,
};
use portolan_oci::{Digest, with_causes};

use crate::backend::disk::off_thread;
use crate::packs::PACK_SIZE;
use crate::verify::{Wrong, mark};
use crate::{BackendError, PackWriter, Store, StoreError, StoreResult};

/// Packs that are looked at together.
const PAGE: u32 = 100;

/// Blobs whose rows are read together.
const BLOBS: u32 = 400;

/// Bytes of them that are in memory.
const IN_MEMORY: u64 = 4 << 20;

/// A new pack, and what is in it.
struct Anew {
    writer: Box<dyn PackWriter>,
    /// Which writing of each blob was read.
    generations: HashMap<Digest, u64>,
}

impl Store {
    /// Writes anew what is left in packs of which more than half is dead, and retires packs in which nothing is left.
    pub(super) async fn rewrite_packs(&self) -> StoreResult<()> {
        let (mut after, mut anew) = (None::<PackName>, None);
        let mut emptied = Vec::new();
        loop {
            let page = self.content().packs_in_use(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.name.clone());
            for pack in page.into_iter().filter(is_worn) {
                if pack.used > 0 {
                    self.copy_out(&pack.name, &mut anew).await?;
                }
                emptied.push(pack.name);
            }
        }
        if let Some(anew) = anew {
            self.seal(anew).await?;
        }
        for pack in &emptied {
            // What could not be read now stays where it is, and so does the pack.
            match self.content().retire_pack(pack).await? {
                RetirePack::Retired => tracing::debug!(%pack, "a pack is retired"),
                RetirePack::Stays => {}
            }
        }
        Ok(())
    }

    async fn copy_out(&self, pack: &PackName, anew: &mut Option<Anew>) -> StoreResult<()> {
        let mut after = None;
        loop {
            let blobs = self.content().packed_blobs(pack, after.as_ref(), BLOBS).await?;
            let Some(last) = blobs.last() else { return Ok(()) };
            after = Some(last.digest);
            let mut rest = blobs.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(in_memory(rest));
                rest = later;
                let objects = self.read_right(pack, now).await?;
                let mut new = match anew.take() {
                    Some(new) => new,
                    None => Anew { writer: self.backend().begin_pack().await?, generations: HashMap::new() },
                };
                new.generations.extend(objects.iter().map(|(blob, _)| (blob.digest, blob.generation)));
                new.writer
                    .add(objects.into_iter().map(|(blob, bytes)| (blob.digest, bytes)).collect())
                    .await?;
                if new.writer.written() >= PACK_SIZE {
                    self.seal(new).await?;
                } else {
                    *anew = Some(new);
                }
            }
        }
    }

    /// The bytes of these blobs. Those that are wrong are marked, as verifying does: they are not carried on.
    async fn read_right(
        &self,
        pack: &PackName,
        blobs: &[PackedBlob],
    ) -> StoreResult<Vec<(PackedBlob, Bytes)>> {
        let mut read = Vec::with_capacity(blobs.len());
        for blob in blobs {
            match self.read_packed(pack, blob).await {
                Ok(bytes) => read.push((*blob, bytes)),
                Err(BackendError::NoPack(_)) => self.mark(pack, blob, Wrong::Missing).await?,
                Err(BackendError::WrongPack { .. }) => self.mark(pack, blob, Wrong::Short).await?,
                Err(error @ BackendError::Stopped { .. }) => return Err(error.into()),
                // That says nothing of the blob: it stays where it is, and its pack, and what is collected besides goes on.
                Err(error) => {
                    tracing::warn!(digest = %blob.digest, cause = with_causes(&error), "a pack cannot be read");
                }
            }
        }
        let hashed = off_thread("hashing what is left in a pack", move || {
            let hash = |(blob, bytes): (PackedBlob, Bytes)| {
                let digest = Digest::of(blob.digest.algorithm(), &bytes);
                (blob, bytes, digest)
            };
            Ok(read.into_iter().map(hash).collect::<Vec<_>>())
        });
        let mut right = Vec::with_capacity(blobs.len());
        for (blob, bytes, digest) in hashed.await? {
            if digest == blob.digest {
                right.push((blob, bytes));
            } else {
                self.mark(pack, &blob, Wrong::Hash(digest)).await?;
            }
        }
        Ok(right)
    }

    async fn read_packed(&self, pack: &PackName, blob: &PackedBlob) -> Result<Bytes, BackendError> {
        let range = blob.offset..blob.offset.saturating_add(blob.size);
        let bytes = self.backend().read_packed(pack, range).await?;
        let pieces: Vec<Bytes> = bytes
            .into_stream()
            .try_collect()
            .await
            .map_err(|cause| BackendError::io(format!("reading pack {pack}"), cause))?;
        Ok(match pieces.as_slice() {
            [whole] => whole.clone(),
            pieces => pieces.concat().into(),
        })
    }

    async fn mark(&self, pack: &PackName, blob: &PackedBlob, wrong: Wrong) -> StoreResult<()> {
        let place = BlobPlace::Packed { pack: pack.clone(), offset: blob.offset };
        let PackedBlob { digest, size, generation, .. } = *blob;
        let blob = BlobWithBytes { digest, size, generation, place };
        if mark((&**self.backend(), self.recorder().keeper(), self.content()), &blob, wrong).await?.is_some()
        {
            tracing::warn!(%digest, %wrong, "a blob is damaged: push its image again");
        }
        Ok(())
    }

    /// Makes the new pack durable, and moves the rows of what is in it.
    async fn seal(&self, anew: Anew) -> StoreResult<()> {
        let Anew { writer, generations } = anew;
        let sealed = writer.seal().await?;
        let size = sealed.entries.iter().map(|entry| entry.length).sum();
        let moved = sealed.entries.iter().filter_map(|entry| {
            let generation = *generations.get(&entry.digest)?;
            Some(MovedBlob { digest: entry.digest, generation, offset: entry.offset })
        });
        let moved = MovePacked { pack: sealed.name.clone(), size, blobs: moved.collect() };
        self.content().move_packed(moved).await?;
        drop(sealed.placed);
        Ok(())
    }

    /// As [`rewrite_packs`](Self::rewrite_packs); on a full disk it is left for later, as it needs room before it
    /// makes room.
    pub(super) async fn rewrite_packs_if_there_is_room(&self) -> StoreResult<()> {
        match self.rewrite_packs().await {
            Err(StoreError::Backend(error @ BackendError::Full { .. })) => {
                tracing::warn!(cause = with_causes(&error), "packs are not rewritten now");
                Ok(())
            }
            done => done,
        }
    }
}

/// Whether more than half of it is dead.
fn is_worn(pack: &PackUse) -> bool {
    pack.used.saturating_mul(2) < pack.size || pack.used == 0
}

/// How many of these are held in memory at once.
fn in_memory(blobs: &[PackedBlob]) -> usize {
    let mut bytes = 0_u64;
    let fit = blobs.iter().take_while(|blob| {
        bytes = bytes.saturating_add(blob.size);
        bytes <= IN_MEMORY
    });
    fit.count().max(1)
}
