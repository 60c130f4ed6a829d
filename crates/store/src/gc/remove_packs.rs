//! Files of packs that nothing needs any more.

use futures::StreamExt as _;
use jiff::Timestamp;
use portolan_catalog::PackName;

use super::sweep::PORTION;
use crate::{ListedPack, Store, StoreResult};

/// Packs that are looked at together.
const PAGE: u32 = 100;

impl Store {
    /// Removes the files of packs that were retired before this time, and says how many.
    pub(super) async fn remove_packs(&self, retired_before: Timestamp) -> StoreResult<u64> {
        let (mut removed, mut after) = (0, None::<PackName>);
        loop {
            let retired = self.content().retired_packs(retired_before, after.as_ref(), PAGE).await?;
            let Some(last) = retired.last() else { break };
            after = Some(last.clone());
            for pack in &retired {
                self.may_write()?;
                self.backend().remove_pack(pack).await?;
                self.content().forget_pack(pack).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes packs that no row names and that are unchanged since before this time, and says how many.
    pub(super) async fn sweep_packs(&self, old: Timestamp) -> StoreResult<u64> {
        let mut removed = 0;
        let mut portions = self.backend().packs().chunks(PORTION);
        while let Some(portion) = portions.next().await {
            let portion: Vec<ListedPack> = portion.into_iter().collect::<Result<_, _>>()?;
            let packs: Vec<PackName> =
                portion.into_iter().filter(|pack| pack.changed < old).map(|pack| pack.name).collect();
            if packs.is_empty() || self.unnamed_packs(&packs).await?.is_empty() {
                continue;
            }
            // As for files: while it is held, nothing is placed that is not committed.
            let Some(_sweeping) = self.backend().sweeping().await? else { continue };
            for pack in self.unnamed_packs(&packs).await? {
                self.backend().remove_pack(&pack).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    async fn unnamed_packs(&self, packs: &[PackName]) -> StoreResult<Vec<PackName>> {
        let named = self.content().named_packs(packs).await?;
        Ok(packs.iter().filter(|pack| !named.contains(*pack)).cloned().collect())
    }
}
