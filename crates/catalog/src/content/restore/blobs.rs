//! Making the rows of blobs whose bytes were found.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use portolan_oci::Digest;
use sea_orm::DatabaseTransaction;

use super::super::Content;
use super::super::blob_state::BlobState;
use super::super::commit_blobs::BLOB;
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// A blob whose bytes were found in a file of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoredBlob {
    /// Its digest.
    pub digest: Digest,
    /// Bytes that were found.
    pub size: u64,
    /// The generation that they were found under.
    pub generation: u64,
}

struct RestoreBlobs {
    /// By digest; of several generations the highest.
    blobs: BTreeMap<Digest, RestoredBlob>,
    now: i64,
}

impl Content {
    /// Makes rows of blobs that are live. Of several generations the highest counts.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] for a size or generation that no file has; else as any write.
    pub async fn restore_blobs(&self, found: Vec<RestoredBlob>) -> Result<(), CatalogError> {
        let mut blobs = BTreeMap::<Digest, RestoredBlob>::new();
        for blob in found {
            let highest = blobs.entry(blob.digest).or_insert(blob);
            if highest.generation < blob.generation {
                *highest = blob;
            }
        }
        self.writer.write(RestoreBlobs { blobs, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for RestoreBlobs {
    type Reply = ();
    const NAME: &'static str = "restore_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let there = self.generations(transaction).await?;
        let mut rows = Vec::with_capacity(self.blobs.len());
        for (digest, blob) in &self.blobs {
            let (size, generation) =
                (stored::count("size", blob.size)?, stored::count("generation", blob.generation)?);
            match there.get(digest) {
                None => rows.push([
                    digest.to_stored().into(),
                    size.into(),
                    BlobState::Live.number().into(),
                    generation.into(),
                    self.now.into(),
                    None::<i64>.into(),
                    None::<i64>.into(),
                ]),
                Some(there) if *there < blob.generation => {
                    let sql = "UPDATE content_blob SET size = ?, generation = ? WHERE digest = ?";
                    let values = [size.into(), generation.into(), digest.to_stored().into()];
                    sql::execute(transaction, sql, values).await?;
                }
                Some(_) => {}
            }
        }
        BLOB.rows(transaction, rows).await
    }
}

impl RestoreBlobs {
    async fn generations(
        &self,
        transaction: &DatabaseTransaction,
    ) -> Result<HashMap<Digest, u64>, CatalogError> {
        let mut there = HashMap::new();
        let digests: Vec<&Digest> = self.blobs.keys().collect();
        for chunk in digests.chunks(stored::CHUNK) {
            let (marks, values) = sql::list(sql::digests(chunk.iter().copied()));
            let sql = format!("SELECT digest, generation FROM content_blob WHERE digest IN ({marks})");
            for row in sql::all(transaction, &sql, values).await? {
                there.insert(row.digest(0)?, row.count(1, "generation")?);
            }
        }
        Ok(there)
    }
}
