//! What Portolan promises about its speed, held against the figures.

use serde::Serialize;

use super::Report;
use super::figures::Cost;
use crate::client::Kind;
use crate::lists::Database;
use crate::row::Row;

/// A promise: in this row, at most so much.
#[derive(Debug, Clone, Copy)]
struct Bar {
    row: Row,
    cost: Cost,
    over: Over,
    /// A ratio, or where it stands by itself seconds, MiB or percent; of lists, milliseconds.
    limit: f64,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Over {
    /// The same work by another client.
    Client(Kind),
    /// Portolan's own, without a slow target beside.
    Alone,
    /// Nothing: the figure itself counts.
    Nothing,
    /// Nothing: what the slowest list takes on this database counts.
    On(Database),
}

const BARS: [Bar; 52] = [
    over(Row::Huge, Cost::Wall, Kind::Skopeo, 1.0),
    over(Row::Huge, Cost::Cpu, Kind::Skopeo, 0.4),
    over(Row::Twelve, Cost::Wall, Kind::Skopeo, 0.7),
    over(Row::Huge, Cost::Wall, Kind::Lean, 1.15),
    over(Row::Huge, Cost::Cpu, Kind::Lean, 1.4),
    over(Row::Twelve, Cost::Wall, Kind::Lean, 1.15),
    over(Row::Twelve, Cost::Cpu, Kind::Lean, 1.4),
    over(Row::Mirror, Cost::Wall, Kind::Skopeo, 0.5),
    over(Row::Mirror, Cost::Cpu, Kind::Skopeo, 0.4),
    over(Row::Idle, Cost::Wall, Kind::Skopeo, 0.3),
    over(Row::Mirror, Cost::Wall, Kind::Lean, 1.15),
    over(Row::Mirror, Cost::Cpu, Kind::Lean, 1.4),
    seconds(Row::Far, 1.5),
    seconds(Row::FarIdle, 0.2),
    over(Row::Many, Cost::Wall, Kind::Skopeo, 0.35),
    over(Row::ManyIdle, Cost::Wall, Kind::Skopeo, 0.15),
    memory(Row::Huge),
    memory(Row::Twelve),
    memory(Row::Tiny),
    memory(Row::Unchanged),
    memory(Row::Mirror),
    memory(Row::Idle),
    memory(Row::Far),
    memory(Row::FarIdle),
    memory(Row::Many),
    memory(Row::ManyIdle),
    seconds(Row::Tags, 10.0),
    Bar { row: Row::Tags, cost: Cost::Peak, over: Over::Nothing, limit: 64.0 },
    Bar { row: Row::Fanout, cost: Cost::Wall, over: Over::Alone, limit: 1.2 },
    served(Row::ServePush, 2.0),
    no_later(Row::ServePush),
    served(Row::ServeHuge, 2.0),
    no_later(Row::ServeHuge),
    served(Row::ServeTiny, 2.0),
    no_later(Row::ServeTiny),
    served(Row::ServeHead, 2.0),
    no_later(Row::ServeHead),
    served(Row::ServeTags, 2.0),
    no_later(Row::ServeTags),
    served(Row::ServePull, 0.95),
    no_later(Row::ServePull),
    served(Row::ServePullTls, 1.2),
    no_later(Row::ServePullTls),
    seconds(Row::ServeRest, 2.0),
    memory(Row::ServeRest),
    over(Row::StoreMirror, Cost::Wall, Kind::Skopeo, 0.3),
    over(Row::StoreHuge, Cost::Wall, Kind::Lean, 1.2),
    Bar { row: Row::ServeIdle, cost: Cost::Share, over: Over::Nothing, limit: 1.0 },
    Bar { row: Row::ServeIdle, cost: Cost::Peak, over: Over::Nothing, limit: 48.0 },
    lists(Database::Sqlite),
    lists(Database::Postgres),
    lists(Database::MariaDb),
];

const fn over(row: Row, cost: Cost, other: Kind, limit: f64) -> Bar {
    Bar { row, cost, over: Over::Client(other), limit }
}

/// So many times the work of docker-registry for each second of CPU time.
const fn served(row: Row, work: f64) -> Bar {
    over(row, Cost::Cpu, Kind::DockerRegistry, 1.0 / work)
}

const fn no_later(row: Row) -> Bar {
    over(row, Cost::Wall, Kind::DockerRegistry, 1.05)
}

const fn seconds(row: Row, limit: f64) -> Bar {
    Bar { row, cost: Cost::Wall, over: Over::Nothing, limit }
}

const fn memory(row: Row) -> Bar {
    Bar { row, cost: Cost::Peak, over: Over::Nothing, limit: 40.0 }
}

/// In milliseconds.
const fn lists(database: Database) -> Bar {
    Bar { row: Row::ApiLists, cost: Cost::Wall, over: Over::On(database), limit: 50.0 }
}

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Pass,
    Fail,
    /// One of the two was not measured.
    Open,
}

/// A promise beside what was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Held {
    row: Row,
    cost: Cost,
    over: Over,
    limit: f64,
    value: Option<f64>,
    verdict: Verdict,
}

impl Report {
    /// The promises about the rows that were measured.
    pub(crate) fn bars(&self) -> Vec<Held> {
        BARS.iter().filter(|bar| self.measured(bar.row)).map(|bar| bar.against(self.value(bar))).collect()
    }

    fn measured(&self, row: Row) -> bool {
        match row {
            Row::Fanout => self.fanout.is_some(),
            Row::ApiLists => self.lists.is_some(),
            _ => self.rows.iter().any(|figures| figures.row == row),
        }
    }

    fn value(&self, bar: &Bar) -> Option<f64> {
        let row = || self.rows.iter().find(|figures| figures.row == bar.row);
        let ours = || row()?.of(Kind::Portolan);
        match bar.over {
            Over::Alone => self.fanout.as_ref()?.ratio(),
            Over::Nothing => ours()?.median(bar.cost),
            Over::On(database) => self.lists.as_ref()?.slowest(database),
            Over::Client(other) => ours()?.ratio(row()?.of(other)?, bar.cost),
        }
    }
}

impl Bar {
    fn against(self, value: Option<f64>) -> Held {
        let Self { row, cost, over, limit } = self;
        let verdict = match value {
            None => Verdict::Open,
            Some(value) if value <= limit => Verdict::Pass,
            Some(_) => Verdict::Fail,
        };
        Held { row, cost, over, limit, value, verdict }
    }
}

impl Held {
    /// Row, promise, figure and verdict, for a table.
    pub(super) fn cells(&self) -> [String; 4] {
        let cost = match (self.cost, self.row) {
            (Cost::Wall, Row::ServeRest) => "until it is ready",
            (Cost::Peak, Row::ServeRest) => "memory at rest",
            (Cost::Wall, Row::ApiLists) => "99 of 100 answers of the slowest list",
            (Cost::Wall, _) => "wall",
            (Cost::Cpu | Cost::Share, _) => "CPU",
            (Cost::Peak, _) => "peak memory",
        };
        let (unit, over) = match self.over {
            Over::Client(other) => (" ×", format!(" over {other}")),
            Over::Alone => (" ×", " over that without the slow target".to_owned()),
            Over::Nothing if self.cost == Cost::Peak => (" MiB", String::new()),
            Over::Nothing if self.cost == Cost::Share => (" % of a core", String::new()),
            Over::Nothing => (" s", String::new()),
            Over::On(database) => (" ms", format!(" on {database}")),
        };
        let value = self.value.map_or("–".to_owned(), |value| format!("{value:.2}{unit}"));
        let verdict = match self.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Open => "not measured",
        };
        let limit = (self.limit * 1000.0).round() / 1000.0;
        let promise = format!("{cost}{over} at most {limit}{unit}");
        [self.row.to_string(), promise, value, verdict.to_owned()]
    }
}

#[cfg(test)]
mod tests;
