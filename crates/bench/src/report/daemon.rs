//! The part about the daemon: its idle hours, and the lists of its API.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table};

use super::Report;
use super::figures::{Cost, Figures};
use super::tables::{plain, shown};
use crate::lists::{Lists, OnDatabase, PageTimes};
use crate::row::{Part, Row};

/// What is told of a program that has nothing to do.
pub(super) const IDLE: [&str; 5] = ["program", "watched", "CPU", "of a core", "peak memory"];

const DAEMON: &str = "\
*serve-idle*: the daemon with mirrors that are not due, half of them from registries and half from layouts, is left
alone from five seconds after `/readyz` answers 200. What counts is the CPU time of its process while it is watched, as
a share of one core, and its resident memory at its peak since it started.

*api-lists*: the daemon is filled through its own doors, with repositories and tags, changes, users, tokens, mirrors and
their runs, and started again. Each list of the API is looked through once; then its first page, the next one and the
last one are asked for over and over, by one client over one connection, without `limit`: up to 100 entries each. In
milliseconds, the median, and what 99 of 100 answers do not exceed. Database servers are on the same machine.
";

impl Report {
    /// All that is told of the daemon; nothing if it was not measured.
    pub(super) fn daemon(&self) -> String {
        let mut text = String::new();
        if self.of(Part::Daemon).next().is_none() && self.lists.is_none() {
            return text;
        }
        // Writing to a text does not fail.
        _ = writeln!(text, "## The daemon\n\n{DAEMON}");
        for figures in self.of(Part::Daemon) {
            _ = writeln!(text, "### {}: {}\n\n{}\n", figures.row, figures.work, figures.table());
        }
        if let Some(lists) = &self.lists {
            let (row, work) = (Row::ApiLists, Row::ApiLists.describe(self.scale));
            _ = writeln!(text, "### {row}: {work}\n\n{}\n", lists.table());
            text.push_str(&lists.left_out());
        }
        text
    }
}

impl Figures {
    /// What it needs while it has nothing to do.
    pub(super) fn idle(&self) -> [String; 5] {
        [
            self.client.to_string(),
            shown(self.median(Cost::Wall), " s", 0),
            shown(self.median(Cost::Cpu), " s", 2),
            shown(self.median(Cost::Share), " %", 2),
            shown(self.median(Cost::Peak), " MiB", 1),
        ]
    }
}

impl Lists {
    /// A line for each page of each list, a pair of columns for each database.
    fn table(&self) -> Table {
        let mut header = vec!["list".to_owned(), "page".to_owned()];
        header.extend(self.databases.iter().flat_map(|on| [on.name(), "99 of 100".to_owned()]));
        let mut table = plain(&header);
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let pages = self.databases.first().map(|on| on.pages.as_slice()).unwrap_or_default();
        for page in pages {
            let mut line = vec![format!("`{}`", page.list), page.page.to_string()];
            line.extend(self.databases.iter().flat_map(|on| {
                let there = on.pages.iter().find(|other| other.is_of(page));
                let time = |pick: fn(&PageTimes) -> f64| shown(there.map(pick), "", 1);
                [time(|page| page.median_ms), time(|page| page.ninety_nine_ms)]
            }));
            table.add_row(line);
        }
        table
    }

    fn left_out(&self) -> String {
        if self.absent.is_empty() {
            return String::new();
        }
        let names: Vec<String> = self.absent.iter().map(ToString::to_string).collect();
        format!("Not on this machine: {}.\n\n", names.join(", "))
    }
}

impl OnDatabase {
    fn name(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.database),
            None => self.database.to_string(),
        }
    }
}

impl PageTimes {
    fn is_of(&self, other: &Self) -> bool {
        (self.list, self.page) == (other.list, other.page)
    }
}
