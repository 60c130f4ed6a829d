//! Lists of tags that were sent lately, as they were sent: a list of ten thousand is not made anew for everyone who asks.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::HeaderValue;
use portolan_catalog::TagRange;
use portolan_oci::RepositoryName;

/// Bytes of all lists that are remembered.
const MOST: usize = 4 << 20;

/// A list that is shorter is made as fast as it is found.
const SHORTEST: usize = 4 << 10;

/// A list of tags, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagList {
    /// The revision of the repository that it is of.
    pub(super) revision: u64,
    pub(super) body: Bytes,
    /// Where it goes on.
    pub(super) next: Option<HeaderValue>,
}

/// Lists that were sent lately; clones are the same.
#[derive(Clone, Default)]
pub(super) struct TagLists(Arc<Mutex<Lists>>);

#[derive(Default)]
struct Lists {
    lists: HashMap<(RepositoryName, Asked), Used>,
    bytes: usize,
    /// Grows with each use.
    clock: u64,
}

type Asked = (Option<String>, Option<u32>);

struct Used {
    list: TagList,
    at: u64,
}

impl TagLists {
    /// The list, if it is of this revision.
    pub(super) fn get(&self, name: &RepositoryName, range: &TagRange, revision: u64) -> Option<TagList> {
        let mut lists = self.locked();
        lists.clock += 1;
        let now = lists.clock;
        let used = lists.lists.get_mut(&key(name, range)).filter(|used| used.list.revision == revision)?;
        used.at = now;
        Some(used.list.clone())
    }

    /// Remembers a list, in place of those that were not used for the longest time.
    pub(super) fn put(&self, name: &RepositoryName, range: &TagRange, list: TagList) {
        let size = list.body.len();
        if !(SHORTEST..=MOST).contains(&size) {
            return;
        }
        let mut lists = self.locked();
        lists.clock += 1;
        let used = Used { list, at: lists.clock };
        lists.bytes += size;
        if let Some(before) = lists.lists.insert(key(name, range), used) {
            lists.bytes -= before.list.body.len();
        }
        while lists.bytes > MOST {
            let Some(oldest) = lists.lists.iter().min_by_key(|(_, used)| used.at).map(|(key, _)| key.clone())
            else {
                return;
            };
            if let Some(gone) = lists.lists.remove(&oldest) {
                lists.bytes -= gone.list.body.len();
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &RepositoryName, range: &TagRange) -> (RepositoryName, Asked) {
    (name.clone(), (range.after.clone(), range.limit))
}

impl fmt::Debug for TagLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TagLists").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> RepositoryName {
        text.parse().unwrap()
    }

    fn list(revision: u64, size: usize) -> TagList {
        TagList { revision, body: vec![b'x'; size].into(), next: None }
    }

    #[test]
    fn a_list_is_of_one_revision_and_of_one_question() {
        let (lists, all) = (TagLists::default(), TagRange::default());
        lists.put(&name("a"), &all, list(1, SHORTEST));
        assert_eq!(lists.get(&name("a"), &all, 1), Some(list(1, SHORTEST)));
        assert_eq!(lists.get(&name("a"), &all, 2), None);
        assert_eq!(lists.get(&name("b"), &all, 1), None);
        assert_eq!(lists.get(&name("a"), &TagRange { limit: Some(1), ..TagRange::default() }, 1), None);
        lists.put(&name("a"), &all, list(2, SHORTEST));
        assert_eq!((lists.get(&name("a"), &all, 1), lists.locked().bytes), (None, SHORTEST));
    }

    #[test]
    fn what_was_not_used_for_long_makes_room() {
        let (lists, all) = (TagLists::default(), TagRange::default());
        for repository in ["a", "b"] {
            lists.put(&name(repository), &all, list(1, MOST / 2));
        }
        assert!(lists.get(&name("a"), &all, 1).is_some());
        lists.put(&name("c"), &all, list(1, MOST / 2));
        assert!(lists.get(&name("b"), &all, 1).is_none());
        assert!(lists.get(&name("a"), &all, 1).is_some() && lists.get(&name("c"), &all, 1).is_some());
        lists.put(&name("d"), &all, list(1, MOST + 1));
        lists.put(&name("e"), &all, list(1, 10));
        let lists = lists.locked();
        assert_eq!((lists.lists.len(), lists.bytes), (2, MOST));
    }
}
