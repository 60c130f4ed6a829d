//! Blobs whose bytes were written anew into another pack.

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::{DatabaseTransaction, Value};

use super::super::blob_state::BlobState;
use super::super::commit_blobs::{PACK, SEALED};
use super::super::{Content, PackName};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// Rows that one transaction changes.
const BATCH: usize = 256;

/// A pack that blobs were written into anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovePacked {
    /// Its name; it is durable.
    pub pack: PackName,
    /// Bytes of the objects that it was made of.
    pub size: u64,
    /// The blobs.
    pub blobs: Vec<MovedBlob>,
}

/// A blob that was in another pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedBlob {
    /// Its digest.
    pub digest: Digest,
    /// Which writing of it was read.
    pub generation: u64,
    /// Where in the new pack its bytes begin.
    pub offset: u64,
}

struct Move(MovePacked);

impl Content {
    /// Says of blobs that they are in this pack now, as the next writing of each; those whose bytes are no longer
    /// what was read stay as they are. Says how many were moved. The pack is sealed, with whatever is moved.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] for a size, offset or generation that no file has; else as any write.
    pub async fn move_packed(&self, moved: MovePacked) -> Result<u64, CatalogError> {
        let MovePacked { pack, size, mut blobs } = moved;
        // The order in which rows are locked.
        blobs.sort_by_key(|blob| blob.digest);
        let mut done = 0;
        for batch in blobs.chunks(BATCH) {
            let moved = MovePacked { pack: pack.clone(), size, blobs: batch.to_vec() };
            done += self.writer.write(Move(moved)).await?;
        }
        Ok(done)
    }
}

#[async_trait]
impl Operation for Move {
    type Reply = u64;
    const NAME: &'static str = "move_packed";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let MovePacked { pack, size, blobs } = &self.0;
        let row =
            [pack.as_str().into(), stored::count("size", *size)?.into(), SEALED.into(), stored::now().into()];
        PACK.rows(transaction, vec![row]).await?;
        let sealed = "SELECT id FROM content_pack WHERE name = ? AND state = ?";
        let values: [Value; 2] = [pack.as_str().into(), SEALED.into()];
        let locked = sql::lock(transaction, sealed, values).await?;
        // It was retired between two batches, by another collector: nothing may come into it any more.
        let Some(id) = locked.first().map(|row| row.get::<i64>(0)).transpose()? else { return Ok(0) };
        let mut done = 0;
        for blob in blobs {
            let sql = "UPDATE content_blob SET pack_id = ?, pack_offset = ?, generation = ? \
                 WHERE digest = ? AND generation = ? AND pack_id IS NOT NULL AND state IN (?, ?)";
            let values = [
                id.into(),
                stored::count("offset", blob.offset)?.into(),
                stored::count("generation", blob.generation.saturating_add(1))?.into(),
                blob.digest.to_stored().into(),
                stored::count("generation", blob.generation)?.into(),
                BlobState::Live.number().into(),
                BlobState::Condemned.number().into(),
            ];
            done += sql::execute(transaction, sql, values).await?;
        }
        Ok(done)
    }
}
