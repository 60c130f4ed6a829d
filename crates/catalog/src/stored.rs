//! How values lie in columns.

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use crate::CatalogError;

/// Rows that one query of a list may return.
pub(crate) const PAGE: u64 = 2_000;

/// Values that one `IN (…)` list or one `VALUES` list may have: well below what any database allows.
pub(crate) const CHUNK: usize = 400;

/// Takes in a list row by row, however long it is: a page at a time. The list is in an order in which `beyond` a
/// row come the rows after it.
pub(crate) async fn each_row<E: EntityTrait>(
    database: &impl ConnectionTrait,
    list: Select<E>,
    beyond: impl Fn(&E::Model) -> Condition,
    mut take_in: impl FnMut(E::Model) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let mut page = list.clone();
    loop {
        let rows = page.limit(PAGE).all(database).await.map_err(CatalogError::database)?;
        let Some(last) = rows.last() else { return Ok(()) };
        page = list.clone().filter(beyond(last));
        for row in rows {
            take_in(row)?;
        }
    }
}

pub(crate) fn digest(stored: &[u8]) -> Result<Digest, CatalogError> {
    Digest::from_stored(stored).map_err(|error| CatalogError::damaged("digest", error))
}

pub(crate) fn time(stored: i64) -> Result<Timestamp, CatalogError> {
    Timestamp::from_microsecond(stored).map_err(|error| CatalogError::damaged("time", error))
}

/// A number of things, as `what` in errors.
pub(crate) fn count(what: &'static str, value: u64) -> Result<i64, CatalogError> {
    i64::try_from(value).map_err(|_| CatalogError::OutOfRange { what, value })
}

/// A text that may say anything, without the character that PostgreSQL has no place for.
pub(crate) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// What is inserted in one statement, in one order everywhere: two who lock the same rows in the same order do not
/// wait for each other.
pub(crate) fn in_order<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}

pub(crate) fn now() -> i64 {
    Timestamp::now().as_microsecond()
}
