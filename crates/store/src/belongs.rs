//! Whether catalogue and files are of one store.
//!
//! A catalogue that knows nothing of the files beside it would have them swept away as strays, and one whose files are
//! not there would call all of them damaged: neither is opened.

use futures::StreamExt as _;
use portolan_catalog::Content;

use crate::{Area, BlobBackend, RecordKeeper, StoreError, StoreId, StoreResult};

/// Makes sure of it; a new store and a new catalogue are told of each other.
///
/// # Errors
/// [`StoreError::CatalogueLost`], [`StoreError::FilesLost`], [`StoreError::Foreign`].
pub(crate) async fn make_sure(
    content: &Content,
    backend: &dyn BlobBackend,
    records: &dyn RecordKeeper,
) -> StoreResult<()> {
    let files = backend.identity().await?;
    match (files, content.whose_store().await?) {
        (Some(files), Some(rows)) => same(&files, &rows),
        (Some(files), None) if holds_nothing(backend, records).await? => {
            same(&files, &content.claim_for_store(&files.to_string()).await?)
        }
        (None, Some(rows)) if knows_nothing(content).await? => take_name(backend, &rows).await,
        (None, Some(_)) => Err(StoreError::FilesLost),
        (None, None) if holds_nothing(backend, records).await? => {
            // The catalogue decides when two processes do so at once.
            let rows = content.claim_for_store(&StoreId::random().to_string()).await?;
            take_name(backend, &rows).await
        }
        (_, None) => Err(StoreError::CatalogueLost),
    }
}

fn same(files: &StoreId, rows: &str) -> StoreResult<()> {
    if files.to_string() == rows { Ok(()) } else { Err(StoreError::Foreign) }
}

async fn take_name(backend: &dyn BlobBackend, rows: &str) -> StoreResult<()> {
    let name: StoreId = rows.parse().map_err(|cause| StoreError::Unreadable(Box::new(cause)))?;
    Ok(backend.set_identity(&name).await?)
}

/// Whether there is nothing among the files that could be lost.
async fn holds_nothing(backend: &dyn BlobBackend, records: &dyn RecordKeeper) -> StoreResult<bool> {
    let blob = backend.list(Area::Blobs).next().await.transpose()?;
    let pack = backend.packs().next().await.transpose()?;
    let record = records.read_all().next().await.transpose()?;
    Ok(blob.is_none() && pack.is_none() && record.is_none())
}

/// Whether the catalogue names nothing that could be missing.
async fn knows_nothing(content: &Content) -> StoreResult<bool> {
    let blobs = content.blobs_with_bytes(None, 1).await?;
    Ok(blobs.is_empty() && content.repositories(None, Some(1)).await?.names.is_empty())
}
