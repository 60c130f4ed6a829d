//! The figures for programs.

use serde::Serialize;

use super::bars::Held;
use super::figures::Cost;
use super::{Figures, Report, RowFigures};
use crate::client::Kind;

/// Every run, and what follows from them.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    report: &'a Report,
    medians: Vec<Median>,
    bars: Vec<Held>,
}

/// One client in one row.
#[derive(Serialize)]
struct Median {
    row: crate::row::Row,
    client: Kind,
    wall_seconds: Option<f64>,
    cpu_seconds: Option<f64>,
    peak_mib: Option<f64>,
    /// Portolan's wall time over this client's.
    wall_ratio: Option<f64>,
    /// Portolan's CPU time over this client's.
    cpu_ratio: Option<f64>,
}

impl Report {
    /// The whole report as indented JSON.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        let medians = self.rows.iter().flat_map(RowFigures::medians).collect();
        let text = serde_json::to_string_pretty(&Whole { report: self, medians, bars: self.bars() })?;
        Ok(text + "\n")
    }
}

impl RowFigures {
    fn medians(&self) -> Vec<Median> {
        self.clients.iter().map(|figures| self.median(figures)).collect()
    }

    fn median(&self, figures: &Figures) -> Median {
        let ours = self.of(Kind::Portolan).filter(|ours| ours.client != figures.client);
        let ratio = |cost| ours.and_then(|ours| ours.ratio(figures, cost));
        Median {
            row: self.row,
            client: figures.client,
            wall_seconds: figures.median(Cost::Wall),
            cpu_seconds: figures.median(Cost::Cpu),
            peak_mib: figures.median(Cost::Peak),
            wall_ratio: ratio(Cost::Wall),
            cpu_ratio: ratio(Cost::Cpu),
        }
    }
}
