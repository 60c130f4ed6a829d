//! Blobs, by looking.

use futures::{StreamExt as _, TryStreamExt as _};
use portolan_catalog::{Content, RestoredBlob};

use super::index::Index;
use super::{RebuildError, Rebuilt};
use crate::{Area, BlobBackend};

/// How many go in one transaction.
const BATCH: usize = 1000;

pub(super) async fn restore(
    backend: &dyn BlobBackend,
    content: &Content,
    (index, rebuilt): (&Index, &mut Rebuilt),
) -> Result<(), RebuildError> {
    let mut pages = backend.list(Area::Blobs).try_chunks(BATCH).boxed();
    while let Some(page) = pages.try_next().await.map_err(|broken| broken.1)? {
        let good = page.into_iter().filter(|listed| !index.damaged.contains(&listed.key));
        let blob = |listed: crate::Listed| {
            let crate::BlobKey { digest, generation } = listed.key;
            RestoredBlob { digest, size: listed.size, generation }
        };
        let blobs: Vec<_> = good.map(blob).collect();
        rebuilt.blobs += blobs.len() as u64;
        content.restore_blobs(blobs).await?;
    }
    Ok(())
}
