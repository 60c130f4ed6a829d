//! Lists, a page at a time.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Entries of a page, if nothing is said.
const USUAL: u32 = 100;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageOf<T> {
    /// The entries, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page begins: to be given as `after`. Without it, this page is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many entries, at most: 1 to 1,000; 100 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Behind which entry the page begins: what the page before has as `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl PageQuery {
    /// Entries of a page, at most.
    pub const MOST: u32 = 1_000;

    /// How many entries are wanted; `None` if it is no number that can be.
    pub fn limit(&self) -> Option<u32> {
        let limit = self.limit.unwrap_or(USUAL);
        (1..=Self::MOST).contains(&limit).then_some(limit)
    }
}

impl<T> PageOf<T> {
    /// A page from a list of up to one more than `limit`; `key` says where an entry is in the list.
    pub fn cut(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| is_more).map(key);
        Self { items, next }
    }

    /// The same entries in other words.
    pub fn map<U>(self, words: impl FnMut(T) -> U) -> PageOf<U> {
        PageOf { items: self.items.into_iter().map(words).collect(), next: self.next }
    }
}
