//! Writing down all there is, as the catalogue has it.

use portolan_catalog::{BlobGeneration, DumpedEvent, DumpedManifest, DumpedRepository};
use portolan_oci::{RepositoryName, with_causes};

use super::{Record, SnapshotWriter, Written};
use crate::{Store, StoreResult};

/// What became of a snapshot that may have been due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snapshot {
    /// It is written, with so many records.
    Written(u64),
    /// Too little was recorded since the last one.
    NotDue,
    /// Another process is writing one.
    UnderWay,
}

impl Store {
    /// How much is recorded, in bytes.
    ///
    /// # Errors
    /// If the storage fails.
    pub async fn recorded(&self) -> StoreResult<Written> {
        Ok(self.recorder().keeper().written().await?)
    }

    /// Writes a new snapshot if so much was recorded since the last one as the settings say. What the older one of the
    /// last two is instead of is removed.
    ///
    /// # Errors
    /// If the catalogue or the storage fails; the last snapshots stay then.
    pub async fn renew_snapshot(&self) -> StoreResult<Snapshot> {
        if !self.recorded().await?.is_worth_a_snapshot(self.settings().snapshot_above) {
            return Ok(Snapshot::NotDue);
        }
        self.write_snapshot().await
    }

    /// Writes a new snapshot, page by page. What is committed meanwhile has a record of its own, which is newer.
    ///
    /// # Errors
    /// As [`renew_snapshot`](Self::renew_snapshot).
    pub async fn write_snapshot(&self) -> StoreResult<Snapshot> {
        self.may_write()?;
        let Some(mut snapshot) = self.recorder().keeper().begin_snapshot().await? else {
            return Ok(Snapshot::UnderWay);
        };
        match self.write_all(&mut *snapshot).await {
            Ok(records) => {
                snapshot.finish().await?;
                Ok(Snapshot::Written(records))
            }
            Err(error) => {
                if let Err(cause) = snapshot.give_up().await {
                    tracing::warn!(cause = with_causes(&cause), "a snapshot that was given up stays for now");
                }
                Err(error)
            }
        }
    }

    async fn write_all(&self, snapshot: &mut dyn SnapshotWriter) -> StoreResult<u64> {
        let (mut records, mut after) = (self.write_damaged(snapshot).await?, None);
        loop {
            let page = self.content().dump_repositories(after.as_ref()).await?;
            for repository in &page {
                records += self.write_repository(repository, snapshot).await?;
            }
            let Some(last) = page.into_iter().next_back() else { return Ok(records) };
            after = Some(last);
        }
    }

    async fn write_damaged(&self, snapshot: &mut dyn SnapshotWriter) -> StoreResult<u64> {
        let (mut records, mut after) = (0, None);
        loop {
            let page = self.content().dump_damaged(after.as_ref()).await?;
            let Some((last, _)) = page.last() else { return Ok(records) };
            after = Some(last.digest);
            let damaged = page.into_iter().map(|(BlobGeneration { digest, generation }, at)| {
                Record::Damaged { digest, generation, at }
            });
            records += write(snapshot, damaged.collect()).await?;
        }
    }

    /// Tags before manifests: so what a tag is said to name is there too.
    async fn write_repository(
        &self,
        repository: &DumpedRepository,
        snapshot: &mut dyn SnapshotWriter,
    ) -> StoreResult<u64> {
        let DumpedRepository { name, revision, .. } = repository;
        let all = Record::Repository { repository: name.clone(), revision: *revision };
        let (mut records, mut after) = (write(snapshot, vec![all]).await?, None);
        loop {
            let page = self.content().dump_tag_events(repository, after.as_ref()).await?;
            let events = page.events.into_iter().map(|event| tag(name, event)).collect();
            records += write(snapshot, events).await?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut after = None;
        loop {
            let page = self.content().dump_manifests(repository, after.as_ref()).await?;
            let manifests = page.manifests.into_iter().map(|dumped| manifest(name, dumped)).collect();
            records += write(snapshot, manifests).await?;
            after = page.next;
            if after.is_none() {
                return Ok(records);
            }
        }
    }
}

async fn write(snapshot: &mut dyn SnapshotWriter, records: Vec<Record>) -> StoreResult<u64> {
    let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
    if count > 0 {
        snapshot.add(records).await?;
    }
    Ok(count)
}

fn tag(repository: &RepositoryName, event: DumpedEvent) -> Record {
    let DumpedEvent { tag, revision, digest, at, cause, actor } = event;
    Record::Tag { repository: repository.clone(), revision, name: tag, digest, at, cause, actor }
}

fn manifest(repository: &RepositoryName, manifest: DumpedManifest) -> Record {
    let DumpedManifest { digest, media_type, revision, at, body } = manifest;
    Record::Manifest { repository: repository.clone(), revision, digest, media_type, at, body }
}
