//! Removing what happened to tags long ago.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::super::Content;
use super::{BATCH, Batch, PAGE, page};
use crate::writer::Operation;
use crate::{CatalogError, sql};

macro_rules! events {
    ($which:literal) => {
        concat!(
            "SELECT repository_id, name, revision, at, digest FROM content_tag_event WHERE ",
            $which,
            " ORDER BY repository_id, name, revision LIMIT ?"
        )
    };
}

/// An event of a tag, as the place in the order of all events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    repository: i64,
    tag: String,
    revision: i64,
}

/// An event, as much as it takes to see whether it is needed.
struct Event {
    key: EventKey,
    at: i64,
    /// It deleted the tag.
    deletion: bool,
}

/// Of each tag, by repository and name, up to which revision its events go.
type Ends = BTreeMap<(i64, String), i64>;

struct Expire(Vec<((i64, String), i64)>);

/// The rest of the events of a repository's tags, and those of the repositories after it.
pub(in crate::content) const OF_REPOSITORY: &str =
    events!("repository_id = ? AND name >= ? AND (name > ? OR revision > ?)");
pub(in crate::content) const OF_OTHERS: &str = events!("repository_id > ?");

impl Content {
    /// Removes events of tags that were over before this time, of a batch of events after this one: those that
    /// another one had followed by then, and deletions that nothing followed. What a tag named at this time and
    /// since stays known.
    ///
    /// # Errors
    /// As any write.
    pub async fn expire_events(
        &self,
        over_before: Timestamp,
        after: Option<&EventKey>,
    ) -> Result<Batch<EventKey>, CatalogError> {
        let readers = self.readers().await?;
        let mut rows = Vec::new();
        if let Some(EventKey { repository, tag, revision }) = after {
            let tag = || tag.as_str().into();
            let values = [(*repository).into(), tag(), tag(), (*revision).into(), page().into()];
            rows = sql::all(&readers, OF_REPOSITORY, values).await?;
        }
        if rows.len() < PAGE {
            let beyond = after.map_or(0, |after| after.repository);
            rows.extend(sql::all(&readers, OF_OTHERS, [beyond.into(), page().into()]).await?);
        }
        let events: Vec<Event> = rows.iter().map(Event::read).collect::<Result<_, _>>()?;
        let whole = events.len() < PAGE;
        let known = if whole { events.len() } else { events.len().saturating_sub(1) };
        let ends = over(&events, over_before.as_microsecond(), known);
        let mut done = 0;
        let ends: Vec<_> = ends.into_iter().collect();
        for chunk in ends.chunks(BATCH) {
            done += self.writer.write(Expire(chunk.to_vec())).await?;
        }
        // The last one of a page is looked at again, with what follows it.
        let next = events.iter().rev().nth(1).filter(|_| !whole).map(|event| event.key.clone());
        Ok(Batch { done, next })
    }
}

/// Up to which revision the events of tags were over by then: of the first events, of which it is `known` what
/// follows them.
fn over(events: &[Event], before: i64, known: usize) -> Ends {
    let mut ends = Ends::new();
    for (nth, event) in events.iter().enumerate().take(known) {
        let over = match events.get(nth + 1) {
            Some(next) if next.key.is_of_same_tag(&event.key) => next.at < before,
            _ => event.deletion && event.at < before,
        };
        if over {
            ends.insert((event.key.repository, event.key.tag.clone()), event.key.revision);
        }
    }
    ends
}

impl EventKey {
    fn is_of_same_tag(&self, other: &Self) -> bool {
        (self.repository, &self.tag) == (other.repository, &other.tag)
    }
}

impl Event {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        let key = EventKey { repository: row.get(0)?, tag: row.get(1)?, revision: row.get(2)? };
        Ok(Self { key, at: row.get(3)?, deletion: row.get::<Option<Vec<u8>>>(4)?.is_none() })
    }
}

#[async_trait]
impl Operation for Expire {
    type Reply = u64;
    const NAME: &'static str = "expire_events";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<u64, CatalogError> {
        let sql = "DELETE FROM content_tag_event WHERE repository_id = ? AND name = ? AND revision <= ?";
        let mut gone = 0;
        for ((repository, tag), end) in &self.0 {
            let values = [(*repository).into(), tag.as_str().into(), (*end).into()];
            gone += sql::execute(transaction, sql, values).await?;
        }
        Ok(gone)
    }
}
