//! A process that shares the database.

use std::fmt;

use jiff::Timestamp;

use crate::{CatalogError, sql};

/// The number of a node: a process that starts anew is another node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(i64);

impl NodeId {
    pub(crate) fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a process says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNode {
    /// Its name, which others may have, too. Beyond 255 characters it is cut off.
    pub name: String,
    /// What it is: the command, and the number of the process.
    pub what: String,
    /// The machine that it is on. Beyond 255 characters it is cut off.
    pub host: String,
}

/// A process that shares the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// What it says of itself.
    pub about: NewNode,
    /// Since when it is there.
    pub started_at: Timestamp,
    /// When it was heard of last.
    pub seen_at: Timestamp,
    /// Whether it was heard of so lately that it counts as living.
    pub is_living: bool,
}

impl Node {
    /// From a row with the columns of `list`.
    pub(super) fn read(row: &sql::Row, now: i64) -> Result<Self, CatalogError> {
        Ok(Self {
            id: NodeId(row.get(0)?),
            about: NewNode { name: row.get(1)?, what: row.get(2)?, host: row.get(3)? },
            started_at: row.time(4)?,
            seen_at: row.time(5)?,
            is_living: row.get::<i64>(6)? > now,
        })
    }
}
