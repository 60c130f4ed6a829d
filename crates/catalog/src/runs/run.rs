//! A run, as it is remembered.

use std::fmt;

use jiff::Timestamp;

use super::entities::run;
use super::{RunOutcome, RunTotals};
use crate::{CatalogError, stored};

/// The number of a run: a later run of the same database has a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(i64);

impl RunId {
    /// From a number that was shown; there need not be such a run.
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run of a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// The mirror that was run.
    pub mirror: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended; `None` while it is under way. A run that was killed is noted as interrupted when the
    /// mirror is run again.
    pub ended: Option<RunEnded>,
    /// What it did; all zero until it ends.
    pub totals: RunTotals,
}

/// How and when a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunEnded {
    /// When; of a killed run, when it was found dead, or before, when its lease ended.
    pub at: Timestamp,
    /// How.
    pub outcome: RunOutcome,
}

impl Run {
    pub(super) fn read(row: run::Model) -> Result<Self, CatalogError> {
        let ended = match (row.ended_at, &row.outcome) {
            (Some(at), Some(name)) => {
                Some(RunEnded { at: stored::time(at)?, outcome: RunOutcome::read(name)? })
            }
            _ => None,
        };
        Ok(Self {
            id: RunId(row.id),
            started_at: stored::time(row.started_at)?,
            ended,
            totals: RunTotals::read(&row)?,
            mirror: row.mirror,
        })
    }
}
