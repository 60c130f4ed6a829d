//! Rows of blobs that are locked, so that nobody links them, and what is seen of their links then.

use std::collections::HashSet;

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{DatabaseTransaction, Value};

use super::super::blob_state::BlobState;
use crate::{CatalogError, sql};

/// A blob whose row is locked to the end of the transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct LockedBlob {
    pub(super) digest: Digest,
    pub(super) packed: bool,
}

/// Locks those of these blobs, of which there are few, that are in this state since before then.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    digests: &[Digest],
    (state, before): (BlobState, Timestamp),
) -> Result<Vec<LockedBlob>, CatalogError> {
    let (marks, mut values) = sql::list(sql::digests(digests));
    let sql = format!(
        "SELECT digest, pack_id FROM content_blob WHERE digest IN ({marks}) \
         AND state = ? AND state_at < ? ORDER BY digest"
    );
    values.extend([state.number().into(), before.as_microsecond().into()]);
    let rows = sql::lock(transaction, &sql, values).await?;
    let read = |row: &sql::Row| {
        Ok(LockedBlob { digest: row.digest(0)?, packed: row.get::<Option<i64>>(1)?.is_some() })
    };
    rows.iter().map(read).collect()
}

/// Those of the locked blobs that a repository has a link to. Who links locks the blob before: so nobody does
/// from now on.
pub(super) async fn linked(
    transaction: &DatabaseTransaction,
    blobs: &[LockedBlob],
) -> Result<HashSet<Digest>, CatalogError> {
    if blobs.is_empty() {
        return Ok(HashSet::new());
    }
    let (marks, values) = sql::list(sql::digests(blobs.iter().map(|blob| &blob.digest)));
    let sql = format!("SELECT DISTINCT digest FROM content_link WHERE digest IN ({marks})");
    sql::all(transaction, &sql, values).await?.iter().map(|row| row.digest(0)).collect()
}

/// Brings locked blobs into a state, and says how many.
pub(super) async fn turn(
    transaction: &DatabaseTransaction,
    blobs: impl Iterator<Item = Digest>,
    (state, now): (BlobState, i64),
) -> Result<u64, CatalogError> {
    let digests: Vec<Digest> = blobs.collect();
    if digests.is_empty() {
        return Ok(0);
    }
    let (marks, list) = sql::list(sql::digests(&digests));
    let sql = format!("UPDATE content_blob SET state = ?, state_at = ? WHERE digest IN ({marks})");
    let mut values: Vec<Value> = vec![state.number().into(), now.into()];
    values.extend(list);
    sql::execute(transaction, &sql, values).await
}
