//! The lists of the API at a hundred thousand tags: how long a page takes, on each kind of database.
//!
//! The daemon is filled through its own doors and started again; then each list is looked through once, and three of
//! its pages are asked for over and over, by one client on one connection.

mod api;
mod ask;
mod database;
mod stock;

use std::fmt;

use serde::Serialize;
use tempfile::TempDir;

use crate::arguments::Options;
use crate::client::Client;
use crate::error::BenchError;
use crate::row::Row;
use crate::serve::{Encryption, Portolan, ServeError};
use crate::stats;
use crate::talk::say;
use api::Api;
use ask::Asked;

pub(crate) use database::Database;

const ROW: Row = Row::ApiLists;

/// What the lists took.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Lists {
    pub(crate) databases: Vec<OnDatabase>,
    /// Those that are not on this machine.
    pub(crate) absent: Vec<Database>,
}

/// What they took on one database.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OnDatabase {
    pub(crate) database: Database,
    /// The version of its server.
    pub(crate) version: Option<String>,
    pub(crate) pages: Vec<PageTimes>,
}

/// How long a page of a list takes, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct PageTimes {
    /// The path of the list, as the API's document has it.
    pub(crate) list: &'static str,
    pub(crate) page: Page,
    /// How often it was asked for.
    pub(crate) asked: usize,
    pub(crate) median_ms: f64,
    /// What 99 of 100 answers did not exceed.
    pub(crate) ninety_nine_ms: f64,
    pub(crate) most_ms: f64,
}

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Page {
    First,
    /// That which the first names as `next`.
    Next,
    /// That behind which there is none.
    Last,
}

impl Lists {
    /// In milliseconds, what 99 of 100 answers of the slowest list did not exceed on this database.
    pub(crate) fn slowest(&self, database: Database) -> Option<f64> {
        let on = self.databases.iter().find(|on| on.database == database)?;
        on.pages.iter().map(|page| page.ninety_nine_ms).max_by(f64::total_cmp)
    }
}

impl PageTimes {
    fn of(list: &'static str, page: Page, took: &[f64]) -> Self {
        let known = |time: Option<f64>| time.unwrap_or_default();
        Self {
            list,
            page,
            asked: took.len(),
            median_ms: known(stats::median(took)),
            ninety_nine_ms: known(stats::ninety_nine(took)),
            most_ms: known(took.iter().copied().max_by(f64::total_cmp)),
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::First => "first",
            Self::Next => "next",
            Self::Last => "last",
        })
    }
}

/// Measures the lists on each database that is on this machine.
pub(crate) async fn measure(portolan: &Client, options: &Options) -> Result<Lists, BenchError> {
    let mut lists = Lists::default();
    for database in Database::ALL {
        let on = on(database, portolan, options).await;
        match on.map_err(|source| BenchError::Server { server: portolan.kind, row: ROW, source })? {
            Some(on) => lists.databases.push(on),
            None => lists.absent.push(database),
        }
    }
    Ok(lists)
}

async fn on(
    database: Database,
    portolan: &Client,
    options: &Options,
) -> Result<Option<OnDatabase>, ServeError> {
    let Some(mut empty) = database.make().await else {
        say(&format!("{ROW}: {database} is not on this machine"));
        return Ok(None);
    };
    let (home, scale) = (TempDir::new()?, options.scale);
    let source = stock::source(scale).await?;
    let mirrors = Row::entries(scale);
    let configuration = stock::configuration(source.host(), empty.url().as_deref(), mirrors);
    std::fs::write(home.path().join("portolan.yaml"), configuration)?;
    say(&format!("{ROW}: filling {database}"));
    let server = Portolan::start(&portolan.program, home.path(), Encryption::Off).await?;
    stock::fill(&server, scale).await?;
    server.stop().await?;
    nix::unistd::sync();
    let server = Portolan::start(&portolan.program, home.path(), Encryption::Off).await?;
    let pages = ask(&server, database, options).await?;
    server.stop().await?;
    Ok(Some(OnDatabase { database, version: empty.version(), pages }))
}

async fn ask(server: &Portolan, database: Database, options: &Options) -> Result<Vec<PageTimes>, ServeError> {
    let api = Api::of(server)?;
    server.ready(&api.http).await?;
    let lists = ask::lists(&api, options.scale).await?;
    ask::are_all(&lists, &api.document().await?)?;
    let mut pages = Vec::new();
    for list in &lists {
        pages.extend(list.walk(&api).await?);
    }
    for round in 1..=ROW.rounds(options.rounds) {
        for page in &mut pages {
            page.ask(&api).await?;
        }
        let times: Vec<PageTimes> = pages.iter().map(Asked::times).collect();
        let slowest = times.iter().max_by(|one, other| one.ninety_nine_ms.total_cmp(&other.ninety_nine_ms));
        if let Some(PageTimes { list, page, median_ms, ninety_nine_ms, .. }) = slowest {
            say(&format!(
                "{ROW}, round {round}: {database:10} slowest is the {page} page of {list}: median {median_ms:.1} ms, \
                 99 % {ninety_nine_ms:.1} ms"
            ));
        }
    }
    Ok(pages.iter().map(Asked::times).collect())
}
