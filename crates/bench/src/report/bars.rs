//! What Portolan promises about its speed, held against the figures.

use serde::Serialize;

use super::figures::Cost;
use super::{Report, RowFigures};
use crate::client::Kind;
use crate::row::Row;

/// A promise: in this row, at most so much.
#[derive(Debug, Clone, Copy)]
struct Bar {
    row: Row,
    cost: Cost,
    /// Against whom; by itself where there is nobody.
    over: Option<Kind>,
    /// A ratio, or MiB where it stands by itself.
    limit: f64,
}

const BARS: [Bar; 11] = [
    over(Row::Huge, Cost::Wall, Kind::Skopeo, 1.0),
    over(Row::Huge, Cost::Cpu, Kind::Skopeo, 0.4),
    over(Row::Twelve, Cost::Wall, Kind::Skopeo, 0.7),
    over(Row::Huge, Cost::Wall, Kind::Lean, 1.15),
    over(Row::Huge, Cost::Cpu, Kind::Lean, 1.4),
    over(Row::Twelve, Cost::Wall, Kind::Lean, 1.15),
    over(Row::Twelve, Cost::Cpu, Kind::Lean, 1.4),
    memory(Row::Huge),
    memory(Row::Twelve),
    memory(Row::Tiny),
    memory(Row::Unchanged),
];

const fn over(row: Row, cost: Cost, other: Kind, limit: f64) -> Bar {
    Bar { row, cost, over: Some(other), limit }
}

const fn memory(row: Row) -> Bar {
    Bar { row, cost: Cost::Peak, over: None, limit: 40.0 }
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
    over: Option<Kind>,
    limit: f64,
    value: Option<f64>,
    verdict: Verdict,
}

impl Report {
    /// The promises about the rows that were measured.
    pub(crate) fn bars(&self) -> Vec<Held> {
        let measured = |bar: &Bar| self.rows.iter().find(|figures| figures.row == bar.row);
        BARS.iter().filter_map(|bar| measured(bar).map(|figures| bar.against(figures))).collect()
    }
}

impl Bar {
    fn against(self, figures: &RowFigures) -> Held {
        let Self { row, cost, over, limit } = self;
        let ours = figures.of(Kind::Portolan);
        let value = match over {
            None => ours.and_then(|ours| ours.median(cost)),
            Some(other) => ours.zip(figures.of(other)).and_then(|(ours, theirs)| ours.ratio(theirs, cost)),
        };
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
        let cost = match self.cost {
            Cost::Wall => "wall",
            Cost::Cpu => "CPU",
            Cost::Peak => "peak memory",
        };
        let (unit, over) = match self.over {
            Some(other) => (" ×", format!(" over {other}")),
            None => (" MiB", String::new()),
        };
        let value = self.value.map_or("–".to_owned(), |value| format!("{value:.2}{unit}"));
        let verdict = match self.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Open => "not measured",
        };
        let promise = format!("{cost}{over} at most {}{unit}", self.limit);
        [self.row.to_string(), promise, value, verdict.to_owned()]
    }
}
