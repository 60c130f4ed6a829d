//! All steps, in order.

use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::BlobGeneration;

use super::{CollectObserver, CollectOptions, Collected, Collection, Step};
use crate::{BlobKey, Store, StoreResult};

/// How long the row of a blob that is gone stays: longer than a delete can be late.
const GONE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Store {
    /// Collects what nothing needs any more, unless another process is at it.
    ///
    /// # Errors
    /// If the catalogue or the storage fails. What was done stays done.
    pub async fn collect(
        &self,
        options: &CollectOptions,
        observer: &dyn CollectObserver,
    ) -> StoreResult<Collection> {
        self.may_write()?;
        let Some(_collecting) = self.backend().collecting().await? else { return Ok(Collection::UnderWay) };
        let mut collected = Collected::default();
        observer.reached(Step::Manifests).await;
        self.expire_manifests(before(options.keep_history), &mut collected).await?;
        observer.reached(Step::Uploads).await;
        collected.uploads = self.end_idle_uploads().await?;
        observer.reached(Step::Links).await;
        self.expire_links(before(options.grace), &mut collected).await?;
        observer.reached(Step::Condemn).await;
        self.condemn(&mut collected).await?;
        observer.reached(Step::Doom).await;
        self.doom(before(options.grace)).await?;
        self.remove(observer, &mut collected).await?;
        observer.reached(Step::Packs).await;
        self.rewrite_packs_if_there_is_room().await?;
        collected.packs = self.remove_packs(before(options.grace)).await?;
        observer.reached(Step::Sweep).await;
        let old = before(options.unchanged);
        collected.strays = self.sweep(old).await? + self.sweep_packs(old).await?;
        observer.reached(Step::Forget).await;
        self.forget(options).await?;
        Ok(Collection::Done(collected))
    }

    async fn expire_manifests(&self, before: Timestamp, collected: &mut Collected) -> StoreResult<()> {
        loop {
            let expired = self.content().expire_manifests(before).await?;
            if expired == 0 {
                break;
            }
            collected.manifests += expired;
        }
        let mut after = None;
        loop {
            after = self.content().expire_events(before, after.as_ref()).await?.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn expire_links(&self, before: Timestamp, collected: &mut Collected) -> StoreResult<()> {
        let mut after = None;
        loop {
            let batch = self.content().expire_links(before, after.as_ref()).await?;
            collected.links += batch.done;
            after = batch.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn condemn(&self, collected: &mut Collected) -> StoreResult<()> {
        let mut after = None;
        loop {
            let batch = self.content().condemn_blobs(after.as_ref()).await?;
            collected.condemned += batch.done;
            after = batch.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn doom(&self, before: Timestamp) -> StoreResult<()> {
        loop {
            let doomed = self.content().doom_blobs(before).await?;
            if doomed.revived > 0 {
                tracing::warn!(blobs = doomed.revived, "condemned blobs had links, and are kept");
            }
            if doomed.files + doomed.packed + doomed.revived == 0 {
                return Ok(());
            }
        }
    }

    /// Removes the bytes of what is doomed, whoever has doomed it, and notes that they are gone.
    async fn remove(&self, observer: &dyn CollectObserver, collected: &mut Collected) -> StoreResult<()> {
        let mut after = None;
        loop {
            let doomed: Vec<BlobGeneration> = self.content().deleting_blobs(after.as_ref()).await?;
            let Some(last) = doomed.last() else { return Ok(()) };
            after = Some(last.digest);
            observer.reached(Step::Remove).await;
            self.may_write()?;
            for &BlobGeneration { digest, generation } in &doomed {
                self.backend().remove(&BlobKey { digest, generation }).await?;
            }
            observer.reached(Step::Settle).await;
            collected.blobs += self.content().settle_blobs(&doomed).await?;
        }
    }

    async fn forget(&self, options: &CollectOptions) -> StoreResult<()> {
        let mut after = None;
        loop {
            after = self.content().settle_damaged(before(options.grace), after.as_ref()).await?.next;
            if after.is_none() {
                break;
            }
        }
        while self.content().forget_blobs(before(GONE)).await? > 0 {}
        Ok(())
    }
}

/// So long ago.
pub(super) fn before(age: Duration) -> Timestamp {
    Timestamp::now().checked_sub(age).unwrap_or(Timestamp::MIN)
}
