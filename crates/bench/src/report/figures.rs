//! What was measured.

use serde::Serialize;

use super::Machine;
use crate::client::{Client, Kind};
use crate::fanout::Fanout;
use crate::lists::Lists;
use crate::measure::Usage;
use crate::row::Row;
use crate::stats;

/// How many requests a client made in one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Requests {
    pub(crate) source: usize,
    pub(crate) target: usize,
}

/// One client in one row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figures {
    pub(crate) client: Kind,
    /// `None` where they were not counted.
    pub(crate) requests: Option<Requests>,
    /// One for each round.
    pub(crate) runs: Vec<Usage>,
}

/// One row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RowFigures {
    pub(crate) row: Row,
    /// The work in words.
    pub(crate) work: String,
    pub(crate) clients: Vec<Figures>,
}

/// All of one run of the benchmark.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// The command that gives such figures.
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) rounds: u32,
    pub(crate) scale: f64,
    pub(crate) clients: Vec<Client>,
    /// Clients that were asked for and are not on the machine.
    pub(crate) absent: Vec<Kind>,
    pub(crate) rows: Vec<RowFigures>,
    /// Where it was measured.
    pub(crate) fanout: Option<Fanout>,
    /// Where they were measured.
    pub(crate) lists: Option<Lists>,
}

/// One of the things that a turn costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Cost {
    Wall,
    Cpu,
    Peak,
    /// CPU time in percent of the wall time: of one core.
    Share,
}

impl Figures {
    pub(crate) fn new(client: Kind) -> Self {
        Self { client, requests: None, runs: Vec::new() }
    }

    pub(super) fn median(&self, cost: Cost) -> Option<f64> {
        stats::median(&self.all(cost))
    }

    /// In how much of what `other` needed this client did the same.
    pub(super) fn ratio(&self, other: &Self, cost: Cost) -> Option<f64> {
        stats::ratio(&self.all(cost), &other.all(cost))
    }

    fn all(&self, cost: Cost) -> Vec<f64> {
        let pick = |run: &Usage| match cost {
            Cost::Wall => run.wall_seconds,
            Cost::Cpu => run.cpu_seconds,
            Cost::Peak => run.peak_mib,
            Cost::Share => run.cpu_seconds / run.wall_seconds * 100.0,
        };
        self.runs.iter().map(pick).collect()
    }
}

impl RowFigures {
    pub(super) fn of(&self, client: Kind) -> Option<&Figures> {
        self.clients.iter().find(|figures| figures.client == client)
    }
}
