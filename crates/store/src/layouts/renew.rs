//! Following the changes.

use std::collections::BTreeSet;
use std::time::Duration;

use portolan_catalog::{Changes, ChangesAfter, Consume, CursorStart, MoveCursor};
use portolan_oci::{RepositoryName, with_causes};

use super::DiskLayouts;
use super::disk::Progress;
use crate::{Store, StoreResult};

/// The cursor of the changes that layouts have.
const CONSUMER: &str = "layouts";

/// For how long one process is the one that writes them.
const LASTS: Duration = Duration::from_secs(60);

/// Changes that are read at once.
const PAGE: u32 = 500;

/// Repositories that are named at once.
const NAMES: u32 = 1_000;

impl Store {
    /// Makes the layouts of all repositories that have changed since this was asked for last, each once; of all where
    /// nobody knows which have. Says how many. Another process may be at it: then there is nothing to do here. A
    /// layout that cannot be written is told, and is tried again next time.
    ///
    /// # Errors
    /// If the catalogue or the storage fails. What was done stays done, and is done again.
    pub async fn renew_layouts(&self, changes: &Changes, layouts: &DiskLayouts) -> StoreResult<u64> {
        let Progress { seen, owed } = layouts.progress();
        if let (Some(seen), true) = (seen, owed.is_empty())
            && let ChangesAfter::Changes(page) = changes.read(seen, 1).await?
            && page.is_empty()
        {
            return Ok(0);
        }
        let begun = changes.consume(CONSUMER, CursorStart::Beginning, (self.node(), LASTS)).await?;
        let Consume::Begun(lease) = begun else { return Ok(0) };
        let (mut changed, mut after) = (owed, lease.seq);
        // It has never come to an end. What was there before the first change has none.
        if lease.seq == 0 && seen.is_none() {
            changed.extend(self.all_repositories(layouts).await?);
        }
        loop {
            match changes.read(after, PAGE).await? {
                ChangesAfter::Changes(page) => {
                    let Some(last) = page.last() else { break };
                    after = last.seq;
                    changed.extend(page.into_iter().map(|change| change.repository));
                }
                ChangesAfter::Expired { first } => {
                    after = first.saturating_sub(1);
                    changed.extend(self.all_repositories(layouts).await?);
                }
            }
        }
        let mut owed = BTreeSet::new();
        for repository in &changed {
            if let Err(error) = self.write_layout(layouts, repository).await {
                tracing::warn!(%repository, cause = with_causes(&error), "a layout is not as its repository is");
                owed.insert(repository.clone());
            }
            // Nobody else writes meanwhile; who has taken it over does the same once more.
            if changes.move_cursor(&lease, lease.seq).await? == MoveCursor::Lost {
                return Ok(0);
            }
        }
        if changes.move_cursor(&lease, after).await? == MoveCursor::Moved {
            layouts.has_come(Progress { seen: Some(after), owed });
        }
        Ok(changed.len() as u64)
    }

    /// Layouts are no longer written: nothing is kept for them. When they are again, all are.
    ///
    /// # Errors
    /// If the catalogue fails.
    pub async fn forget_layouts(&self, changes: &Changes) -> StoreResult<()> {
        Ok(changes.forget_consumer(CONSUMER).await?)
    }

    /// Those that are to be seen, and those that were and have a layout still.
    async fn all_repositories(&self, layouts: &DiskLayouts) -> StoreResult<BTreeSet<RepositoryName>> {
        let mut all = layouts.all().await?;
        let mut after = None::<RepositoryName>;
        loop {
            let page = self.repositories(after.as_ref().map(RepositoryName::as_str), NAMES).await?;
            after = page.names.last().cloned();
            all.extend(page.names);
            if !page.more || after.is_none() {
                return Ok(all);
            }
        }
    }
}
