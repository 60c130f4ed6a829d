//! Files that no row names: of writers that were killed, and of deletes that a power cut undid.

use std::time::Duration;

use futures::StreamExt as _;
use portolan_catalog::BlobGeneration;

use super::collect::before;
use crate::{Area, Listed, Store, StoreResult};

/// How long a file has to be unchanged: a writer may be about to commit it.
const UNCHANGED: Duration = Duration::from_secs(24 * 60 * 60);

/// Files that are looked at together.
const PORTION: usize = 400;

impl Store {
    /// Removes files that no row names, and says how many.
    pub(super) async fn sweep(&self) -> StoreResult<u64> {
        let (mut strays, old) = (0, before(UNCHANGED));
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
