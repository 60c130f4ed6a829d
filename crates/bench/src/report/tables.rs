//! Tables in Markdown, which a terminal shows as well as a page.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

use super::daemon::IDLE;
use super::figures::Cost;
use super::{Figures, Report, RowFigures};
use crate::client::Kind;
use crate::row::{Part, Row};
use crate::stats;

/// Nobody counts requests where a server is what is measured.
const REGISTRY: [&str; 6] = ["program", "wall", "CPU", "peak memory", "Portolan's wall", "Portolan's CPU"];
const REST: [&str; 4] = ["program", "until it is ready", "CPU", "memory at rest"];
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
        for figures in self.of(Part::Clients) {
            _ = writeln!(text, "## {}: {}\n\n{}\n", figures.row, figures.work, figures.table());
        }
        if let Some(fanout) = &self.fanout {
            let seconds = |values| shown(stats::median(values), " s", 3);
            let mut table = plain(&["two targets", "wall"]);
            table.add_row(["alone".to_owned(), seconds(&fanout.alone_seconds)]);
            table.add_row(["beside a third at 1 MB/s".to_owned(), seconds(&fanout.beside_seconds)]);
            _ = writeln!(text, "## {}: {}\n\n{table}\n", Row::Fanout, Row::Fanout.describe(self.scale));
        }
        if self.of(Part::Registry).next().is_some() {
            _ = writeln!(text, "## The registry\n\n{SERVERS}");
        }
        for figures in self.of(Part::Registry) {
            _ = writeln!(text, "### {}: {}\n\n{}\n", figures.row, figures.work, figures.table());
        }
        text.push_str(&self.daemon());
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

    pub(super) fn of(&self, part: Part) -> impl Iterator<Item = &RowFigures> {
        self.rows.iter().filter(move |figures| figures.row.part() == part)
    }

    fn title(&self) -> &'static str {
        match (self.of(Part::Clients).next(), self.is_of_the_daemon()) {
            (Some(_), _) => "Benchmarks",
            (None, true) => "Benchmarks of the daemon",
            (None, false) => "Benchmarks of the registry",
        }
    }

    /// Whether nothing is measured in which images go anywhere.
    fn is_of_the_daemon(&self) -> bool {
        self.rows.iter().all(|figures| figures.row.part() == Part::Daemon) && self.fanout.is_none()
    }

    /// A page with everything that a reader needs to judge the figures and to get their own.
    pub(crate) fn page(&self) -> String {
        let machine = &self.machine;
        let introduction = if self.is_of_the_daemon() { String::new() } else { format!("{INTRODUCTION}\n") };
        let mut text = format!(
            "# {}\n\nMade on {} by\n\n```sh\n{}\n```\n\n{introduction}",
            self.title(),
            machine.date,
            self.command
        );
        _ = writeln!(
            text,
            "- Machine: {}, {} cores, {} GiB",
            machine.processor, machine.cores, machine.memory_gib
        );
        _ = writeln!(text, "- System: {}, kernel {}", machine.system, machine.kernel);
        if !self.is_of_the_daemon() {
            _ = writeln!(text, "- Registries: {}", machine.registry);
        }
        // It is named above.
        for client in self.clients.iter().filter(|client| client.kind != Kind::DockerRegistry) {
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

const SERVERS: &str = "\
*serve-…*: here the registries take turns under the same load, which comes from one client on the same machine.
Each starts empty for its turn, with its files on the same disk; what is put into it before the work is not timed.
CPU time is that of the server's process alone, from before the work until after it, and it decides: wall time
includes the client, which is the same for both. Portolan syncs files and folders before it acknowledges, here as
always; docker-registry syncs the files that it writes, but not the folders that it moves them to, so a power cut
may take what it acknowledged. Pulls are of one connection with HTTP/1.1. *serve-rest* is Portolan started again
with what it holds: the seconds until `/readyz` answers 200, and the resident memory when nobody has asked for
anything for five seconds.

*store-…*: Portolan copies from a registry into its own store, without HTTP in between, and syncs.
*store-mirror* is held against skopeo, which copies into docker-registry (whose CPU time is not counted), and
*store-huge* against the floor, which writes the same bytes from the same registry into a file, hashes them, and
syncs once at the end.
";

impl RowFigures {
    pub(super) fn table(&self) -> Table {
        let header: &[&str] = match (self.row, self.row.part()) {
            (Row::ServeRest, _) => &REST,
            (_, Part::Daemon) => &IDLE,
            (_, Part::Registry) => &REGISTRY,
            (_, Part::Clients) => &HEADER,
        };
        let mut table = plain(header);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let ours = self.of(Kind::Portolan);
        for figures in &self.clients {
            let cells = figures.cells(ours.filter(|ours| ours.client != figures.client));
            let [client, wall, cpu, peak, source, target, wall_ratio, cpu_ratio] = cells;
            match (self.row, self.row.part()) {
                (Row::ServeRest, _) => table.add_row([client, wall, cpu, peak]),
                (_, Part::Daemon) => table.add_row(figures.idle()),
                (_, Part::Registry) => table.add_row([client, wall, cpu, peak, wall_ratio, cpu_ratio]),
                (_, Part::Clients) => {
                    table.add_row([client, wall, cpu, peak, source, target, wall_ratio, cpu_ratio])
                }
            };
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

pub(super) fn shown(value: Option<f64>, unit: &str, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.digits$}{unit}"))
}

pub(super) fn plain<T: std::fmt::Display>(header: &[T]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    table
}

#[cfg(test)]
mod tests;
