//! Dooming blobs that were condemned for long enough: from now on their files may be removed.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::DatabaseTransaction;

use super::super::Content;
use super::super::blob_state::BlobState;
use super::BATCH;
use super::locked::{self, LockedBlob};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What came of a batch of condemned blobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DoomedBlobs {
    /// Blobs whose files are to be removed.
    pub files: u64,
    /// Blobs of packs: they are gone.
    pub packed: u64,
    /// Blobs that had a link although they were condemned, which should not be; they are live again.
    pub revived: u64,
}

struct Doom {
    digests: Vec<Digest>,
    before: Timestamp,
    now: i64,
}

pub(in crate::content) const CONDEMNED: &str =
    "SELECT digest FROM content_blob WHERE state = ? AND state_at < ? ORDER BY digest LIMIT ?";

impl Content {
    /// Dooms blobs that were condemned before this time and have no link, up to 256. None is left when nothing was
    /// done.
    ///
    /// # Errors
    /// As any write.
    pub async fn doom_blobs(&self, condemned_before: Timestamp) -> Result<DoomedBlobs, CatalogError> {
        let limit = stored::count("number of blobs", BATCH as u64)?;
        let values =
            [BlobState::Condemned.number().into(), condemned_before.as_microsecond().into(), limit.into()];
        let rows = sql::all(&self.readers().await?, CONDEMNED, values).await?;
        let digests: Vec<Digest> = rows.iter().map(|row| row.digest(0)).collect::<Result<_, _>>()?;
        if digests.is_empty() {
            return Ok(DoomedBlobs::default());
        }
        self.writer.write(Doom { digests, before: condemned_before, now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for Doom {
    type Reply = DoomedBlobs;
    const NAME: &'static str = "doom_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<DoomedBlobs, CatalogError> {
        let condemned = (BlobState::Condemned, self.before);
        let blobs = locked::lock(transaction, &self.digests, condemned).await?;
        let linked = locked::linked(transaction, &blobs).await?;
        let (linked, unlinked): (Vec<_>, Vec<_>) =
            blobs.into_iter().partition(|blob| linked.contains(&blob.digest));
        let (packed, files): (Vec<_>, Vec<_>) = unlinked.into_iter().partition(|blob| blob.packed);
        let turn = |blobs: Vec<LockedBlob>, state| {
            let digests = blobs.into_iter().map(|blob| blob.digest);
            locked::turn(transaction, digests, (state, self.now))
        };
        Ok(DoomedBlobs {
            files: turn(files, BlobState::Deleting).await?,
            packed: turn(packed, BlobState::Gone).await?,
            revived: turn(linked, BlobState::Live).await?,
        })
    }
}
