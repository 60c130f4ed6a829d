//! Writing the records that are missing: of what was committed by a process that died before it wrote them down.

use std::time::Duration;

use jiff::Timestamp;
use portolan_catalog::{Change, ChangeKind, Changes, ChangesAfter, Consume, CursorStart, MoveCursor};
use portolan_oci::TagOrDigest;

use super::Record;
use crate::{Store, StoreResult, host};

/// The cursor of the changes whose records are written.
const CONSUMER: &str = "records";

/// For how long one host is the one that moves it. Its next process goes on with it at once, as with the store: one
/// that dies again and again must not begin at the same change each time.
const LASTS: Duration = Duration::from_secs(60);

/// Changes that are looked at together.
const PAGE: u32 = 500;

/// Bytes of manifests that are held at once and then written together.
const AT_ONCE: usize = 4 << 20;

impl Store {
    /// Writes the records of all changes that were made at least so long ago and may have none: those of this process
    /// have theirs, or owe them; of another's nobody knows whether it came to write them. A record that is there
    /// twice does no harm. Returns how many were written.
    ///
    /// # Errors
    /// If the catalogue or the storage fails.
    pub async fn write_missing_records(&self, changes: &Changes, ago: Duration) -> StoreResult<u64> {
        self.may_write()?;
        let made_before = Timestamp::now().checked_sub(ago).unwrap_or(Timestamp::MIN);
        let begun = changes.consume(CONSUMER, CursorStart::Beginning, (&host::this().boot, LASTS)).await?;
        let (mut lease, mut after) = match begun {
            Consume::Begun(lease) => (Some(lease.clone()), lease.seq),
            // Another host moved the cursor, and may have died: what is behind it is written all the same.
            Consume::Held { .. } => (None, self.recorded_up_to(changes).await?),
        };
        let mut written = 0;
        loop {
            let page = match changes.read(after, PAGE).await? {
                ChangesAfter::Changes(page) => page,
                // What they were about is in the catalogue, or was deleted since: all that there is has records then.
                ChangesAfter::Expired { first } => {
                    self.write_snapshot().await?;
                    after = first.saturating_sub(1);
                    continue;
                }
            };
            let due = page.iter().take_while(|change| change.at <= made_before);
            let due: Vec<&Change> = due.collect();
            let Some(last) = due.last().map(|change| change.seq) else { break };
            written += self.write_records_of(&due).await?;
            self.recorder().settle().await?;
            after = last;
            if let Some(held) = &lease
                && changes.move_cursor(held, after).await? == MoveCursor::Lost
            {
                lease = None;
            }
            if due.len() < page.len() {
                break;
            }
        }
        Ok(written)
    }

    /// Writes the records of those changes that other processes made, and says how many.
    async fn write_records_of(&self, changes: &[&Change]) -> StoreResult<u64> {
        let (mut records, mut bytes, mut written) = (Vec::new(), 0, 0);
        for change in changes.iter().filter(|change| change.by.node() != self.node()) {
            let Some(record) = self.record_of(change).await? else { continue };
            written += 1;
            if let Record::Manifest { body, .. } = &record {
                bytes += body.len();
            }
            records.push(record);
            if bytes >= AT_ONCE {
                self.recorder().append(std::mem::take(&mut records)).await?;
                bytes = 0;
            }
        }
        self.recorder().append(records).await?;
        Ok(written)
    }

    async fn recorded_up_to(&self, changes: &Changes) -> StoreResult<u64> {
        let cursors = changes.cursors().await?;
        Ok(cursors.iter().find(|cursor| cursor.consumer == CONSUMER).map_or(0, |cursor| cursor.seq))
    }

    /// What a change would have written down. Of a manifest that was deleted since, its deletion says all.
    async fn record_of(&self, change: &Change) -> StoreResult<Option<Record>> {
        let (repository, revision, at) = (change.repository.clone(), change.revision, change.at);
        Ok(match (change.kind, change.digest, &change.tag) {
            (ChangeKind::Manifest, Some(digest), _) => {
                let found = self.content().find_manifest(&repository, &TagOrDigest::Digest(digest)).await?;
                found.map(|found| Record::Manifest {
                    repository,
                    revision,
                    digest,
                    media_type: found.media_type,
                    at,
                    body: found.body,
                })
            }
            (ChangeKind::ManifestDeleted, Some(digest), _) => {
                Some(Record::ManifestDeleted { repository, revision, digest, at })
            }
            (ChangeKind::Tag | ChangeKind::TagDeleted, digest, Some(name)) => Some(Record::Tag {
                repository,
                revision,
                name: name.clone(),
                digest: digest.filter(|_| change.kind == ChangeKind::Tag),
                at,
                cause: change.by.cause,
                actor: change.by.actor().to_owned(),
            }),
            _ => None,
        })
    }
}
