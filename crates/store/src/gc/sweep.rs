//! Files that no row names: of writers that were killed, and of deletes that a power cut undid.

use futures::StreamExt as _;
use jiff::Timestamp;
use portolan_catalog::BlobGeneration;

use crate::{Area, Listed, Store, StoreResult};

/// Files that are looked at together.
pub(super) const PORTION: usize = 400;

impl Store {
    /// Removes files that no row names and that are unchanged since before this time, and says how many.
    pub(super) async fn sweep(&self, old: Timestamp) -> StoreResult<u64> {
        let mut strays = 0;
        let mut portions = self.backend().list(Area::Blobs).chunks(PORTION);
        while let Some(portion) = portions.next().await {
            let portion: Vec<Listed> = portion.into_iter().collect::<Result<_, _>>()?;
            let files: Vec<BlobGeneration> =
                portion.iter().filter(|listed| listed.changed < old).map(generation).collect();
            if files.is_empty() || self.unnamed(&files).await?.is_empty() {
                continue;
            }
            // While it is held nothing is placed, and nothing is placed that is not committed: now it is certain.
            let Some(_sweeping) = self.backend().sweeping().await? else { continue };
            for file in self.unnamed(&files).await? {
                let key = crate::BlobKey { digest: file.digest, generation: file.generation };
                self.backend().remove(&key).await?;
                strays += 1;
            }
        }
        Ok(strays)
    }

    async fn unnamed(&self, files: &[BlobGeneration]) -> StoreResult<Vec<BlobGeneration>> {
        let named = self.content().named_blobs(files).await?;
        Ok(files.iter().filter(|file| !named.contains(file)).copied().collect())
    }
}

fn generation(listed: &Listed) -> BlobGeneration {
    BlobGeneration { digest: listed.key.digest, generation: listed.key.generation }
}
