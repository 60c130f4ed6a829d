//! Packs, by their footers.

use futures::TryStreamExt as _;
use portolan_catalog::{Content, RestoredPack};

use super::{RebuildError, Rebuilt};
use crate::{BackendError, BlobBackend};

pub(super) async fn restore(
    backend: &dyn BlobBackend,
    content: &Content,
    rebuilt: &mut Rebuilt,
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
        let objects: Vec<_> =
            entries.into_iter().map(|entry| (entry.digest, entry.offset, entry.length)).collect();
        rebuilt.packed += objects.len() as u64;
        content.restore_pack(RestoredPack { name: pack.name, size, objects }).await?;
    }
    Ok(())
}
