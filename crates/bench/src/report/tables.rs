//! Tables in Markdown, which a terminal shows as well as a page.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

use super::figures::Cost;
use super::{Figures, Report, RowFigures};
use crate::client::Kind;
use crate::row::Row;
use crate::stats;

const HEADER: [&str; 8] = [
    "client",
    "wall",
    "CPU",
    "peak memory",
    "requests: source",
    "target",
    "Portolan's wall",
    "Portolan's CPU",
];

impl Report {
    /// The tables of all rows, and the promises.
    pub(crate) fn tables(&self) -> String {
        let mut text = String::new();
        for figures in &self.rows {
            _ = writeln!(text, "## {}: {}\n\n{}\n", figures.row, figures.work, figures.table());
        }
        if let Some(fanout) = &self.fanout {
            let seconds = |values| shown(stats::median(values), " s", 3);
            let mut table = plain(&["two targets", "wall"]);
            table.add_row(["alone".to_owned(), seconds(&fanout.alone_seconds)]);
            table.add_row(["beside a third at 1 MB/s".to_owned(), seconds(&fanout.beside_seconds)]);
            _ = writeln!(text, "## {}: {}\n\n{table}\n", Row::Fanout, Row::Fanout.describe(self.scale));
        }
        if !self.absent.is_empty() {
            let names: Vec<String> = self.absent.iter().map(ToString::to_string).collect();
            _ = writeln!(text, "Not on this machine: {}.\n", names.join(", "));
        }
        let mut table = plain(&["row", "promise", "measured", "verdict"]);
        for held in self.bars() {
            table.add_row(held.cells());
        }
        let scale = if self.scale < 1.0 { ", though they are meant for the whole size" } else { "" };
        _ = writeln!(text, "## What is promised{scale}\n\n{table}");
        text
    }

    /// A page with everything that a reader needs to judge the figures and to get their own.
    pub(crate) fn page(&self) -> String {
        let machine = &self.machine;
        let mut text = format!(
            "# Benchmarks\n\nMade on {} by\n\n```sh\n{}\n```\n\n{INTRODUCTION}\n",
            machine.date, self.command
        );
        _ = writeln!(
            text,
            "- Machine: {}, {} cores, {} GiB",
            machine.processor, machine.cores, machine.memory_gib
        );
        _ = writeln!(text, "- System: {}, kernel {}", machine.system, machine.kernel);
        _ = writeln!(text, "- Registries: {}", machine.registry);
        for client in &self.clients {
            _ = writeln!(text, "- {}: {}", client.kind, client.version);
        }
        _ = write!(text, "- Rounds: {}; scale: {}\n\n{}", self.rounds, self.scale, self.tables());
        text
    }
}

const INTRODUCTION: &str = "\
Every client copies the same generated images from one registry to another, which is empty each time, all of
them on one machine. They take turns, round by round. Wall and CPU time (user and system, of the client alone)
are in seconds and, like peak memory, medians of the rounds; the last two columns are what Portolan needed for
each unit that this client needed, as the median of the rounds' ratios: below 1, Portolan needed less. Requests
are counted in a run of their own, in which the target is read back too. *lean* is no client to use, but the
floor: it streams each blob once and does nothing else, without journal, retries or logins.
";

impl RowFigures {
    fn table(&self) -> Table {
        let mut table = plain(&HEADER);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let ours = self.of(Kind::Portolan);
        for figures in &self.clients {
            table.add_row(figures.cells(ours.filter(|ours| ours.client != figures.client)));
        }
        table
    }
}

impl Figures {
    fn cells(&self, ours: Option<&Self>) -> [String; 8] {
        let seconds = |cost| shown(self.median(cost), "", 3);
        let ratio = |cost| shown(ours.and_then(|ours| ours.ratio(self, cost)), " ×", 2);
        let requests = |side: fn(&super::Requests) -> usize| {
            self.requests.as_ref().map_or("–".to_owned(), |requests| side(requests).to_string())
        };
        [
            self.client.to_string(),
            seconds(Cost::Wall),
            seconds(Cost::Cpu),
            shown(self.median(Cost::Peak), " MiB", 1),
            requests(|requests| requests.source),
            requests(|requests| requests.target),
            ratio(Cost::Wall),
            ratio(Cost::Cpu),
        ]
    }
}

fn shown(value: Option<f64>, unit: &str, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.digits$}{unit}"))
}

fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    table
}

#[cfg(test)]
mod tests;
