//! Condemning blobs that no repository has a link to.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::DatabaseTransaction;

use super::super::Content;
use super::super::blob_state::BlobState;
use super::{BATCH, Batch, end, locked, page};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

struct Condemn {
    digests: Vec<Digest>,
    now: i64,
}

/// The repository is only to see whether there is one.
pub(in crate::content) const LIVE: &str = "SELECT b.digest, (SELECT MIN(l.repository_id) FROM content_link l WHERE l.digest = b.digest) \
    FROM content_blob b WHERE b.state = ? AND b.digest > ? ORDER BY b.digest LIMIT ?";

impl Content {
    /// Condemns live blobs without a link, of a batch of blobs after this one. They are there until they are
    /// doomed, and live again when they are linked.
    ///
    /// # Errors
    /// As any write.
    pub async fn condemn_blobs(&self, after: Option<&Digest>) -> Result<Batch<Digest>, CatalogError> {
        let beyond = after.map(Digest::to_stored).unwrap_or_default();
        let values = [BlobState::Live.number().into(), beyond.into(), page().into()];
        let rows = sql::all(&self.readers().await?, LIVE, values).await?;
        let mut unlinked = Vec::new();
        for row in &rows {
            if row.get::<Option<i64>>(1)?.is_none() {
                unlinked.push(row.digest(0)?);
            }
        }
        let mut done = 0;
        for chunk in unlinked.chunks(BATCH) {
            done += self.writer.write(Condemn { digests: chunk.to_vec(), now: stored::now() }).await?;
        }
        Ok(Batch { done, next: end(&rows).map(|row| row.digest(0)).transpose()? })
    }
}

#[async_trait]
impl Operation for Condemn {
    type Reply = u64;
    const NAME: &'static str = "condemn_blobs";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let live = (BlobState::Live, Timestamp::MAX);
        let blobs = locked::lock(transaction, &self.digests, live).await?;
        let linked = locked::linked(transaction, &blobs).await?;
        let unlinked = blobs.iter().map(|blob| blob.digest).filter(|digest| !linked.contains(digest));
        locked::turn(transaction, unlinked, (BlobState::Condemned, self.now)).await
    }
}
