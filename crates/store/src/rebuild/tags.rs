//! Tags, by what happened to them last.

use portolan_catalog::{Content, RestoredTag};

use super::index::Index;
use super::{RebuildError, Rebuilt};

/// How many go in one transaction.
const BATCH: usize = 1000;

pub(super) async fn restore(
    content: &Content,
    index: &Index,
    rebuilt: &mut Rebuilt,
) -> Result<(), RebuildError> {
    for (name, repository) in index.repositories() {
        let names_something = |tag: &&RestoredTag| {
            tag.digest.is_some_and(|digest| !repository.deleted_since(&digest, tag.revision))
        };
        let tags: Vec<_> = repository.tags().filter(names_something).collect();
        for batch in tags.chunks(BATCH) {
            let lost = content.restore_tags(name, batch.iter().copied().cloned().collect()).await?;
            rebuilt.tags += (batch.len() - lost.len()) as u64;
            rebuilt.lost_tags.extend(lost.into_iter().map(|tag| (name.clone(), tag)));
        }
    }
    Ok(())
}
