//! Packs, by their footers.

use futures::TryStreamExt as _;
use portolan_catalog::{Content, RestoredPack};

use super::index::Index;
use super::{RebuildError, Rebuilt};
use crate::{BackendError, BlobBackend, BlobKey};

pub(super) async fn restore(
    backend: &dyn BlobBackend,
    content: &Content,
    (index, rebuilt): (&Index, &mut Rebuilt),
) -> Result<(), RebuildError> {
    let mut packs = backend.packs();
    while let Some(pack) = packs.try_next().await? {
        let entries = match backend.pack_entries(&pack.name).await {
            Err(BackendError::WrongPack { pack, what }) => {
                tracing::warn!(%pack, what, "a pack is damaged");
                rebuilt.wrong_packs.push(pack);
                continue;
            }
            entries => entries?,
        };
        let size = entries.iter().map(|entry| entry.length).sum();
        let good = entries.into_iter().filter(|entry| {
            let key = BlobKey { digest: entry.digest, generation: 0 };
            !index.damaged.contains(&key)
        });
        let objects: Vec<_> = good.map(|entry| (entry.digest, entry.offset, entry.length)).collect();
        rebuilt.packed += objects.len() as u64;
        content.restore_pack(RestoredPack { name: pack.name, size, objects }).await?;
    }
    Ok(())
}
