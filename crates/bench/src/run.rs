//! Letting the clients take their turns.

use std::path::Path;

use futures::{StreamExt as _, stream};
use portolan_testkit::client as testkit;
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use tempfile::TempDir;

use crate::arguments::Options;
use crate::client::{Client, Kind};
use crate::error::BenchError;
use crate::fanout;
use crate::lists;
use crate::measure::{self, Usage};
use crate::report::{Figures, Machine, Report, Requests, RowFigures};
use crate::row::{Part, Row, Turn};
use crate::serve::{self, Encryption, Portolan};
use crate::tags;
use crate::talk::{print, say};

/// Images that are pushed at once to fill a source.
const PUSHES: usize = 8;

/// Measures what `options` ask for, and puts the figures where they say.
pub(crate) async fn bench(options: Options) -> Result<(), BenchError> {
    let found = |kind: &Kind| kind.find().ok_or(*kind);
    let (clients, absent): (Vec<_>, Vec<_>) = options.clients.iter().map(found).partition(Result::is_ok);
    let mut report = Report {
        command: command(),
        machine: Machine::here(),
        rounds: options.rounds,
        scale: options.scale,
        clients: clients.into_iter().filter_map(Result::ok).collect(),
        absent: absent.into_iter().filter_map(Result::err).collect(),
        rows: Vec::new(),
        fanout: None,
        lists: None,
    };
    if report.clients.is_empty() {
        return Err(BenchError::NoClient);
    }
    for &row in &options.rows {
        let portolan = report.clients.iter().find(|client| client.kind == Kind::Portolan);
        match (row, portolan) {
            (Row::Fanout, Some(portolan)) => {
                report.fanout = Some(fanout::measure(portolan, &options).await?);
                continue;
            }
            (Row::ApiLists, Some(portolan)) => {
                report.lists = Some(lists::measure(portolan, &options).await?);
                continue;
            }
            _ => {}
        }
        let clients: Vec<&Client> = report.clients.iter().filter(|client| row.is_for(client.kind)).collect();
        if clients.is_empty() {
            continue;
        }
        if let Some(clients) = figures(row, &clients, &options).await? {
            report.rows.push(RowFigures { row, work: row.describe(options.scale), clients });
        }
    }
    print(&report.tables())?;
    if let Some(file) = &options.json {
        write(file, &report.json()?)?;
    }
    if let Some(file) = &options.markdown {
        write(file, &report.page())?;
    }
    Ok(())
}

/// The figures of one row, one item for each of `clients`; `None` where it is left out.
async fn figures(
    row: Row,
    clients: &[&Client],
    options: &Options,
) -> Result<Option<Vec<Figures>>, BenchError> {
    Ok(match (row, clients) {
        (Row::Tags, [portolan]) => {
            Some(vec![tags::measure(portolan, row.tags(options.scale), options).await?])
        }
        (Row::ServeIdle, [portolan]) => Some(vec![serve::measure_idle(portolan, options).await?]),
        (Row::ServeRest, [portolan]) => Some(vec![serve::measure_rest(portolan, options).await?]),
        (Row::StoreMirror | Row::StoreHuge, _) => Some(measure_row(row, clients, options).await?),
        (_, _) if row.part() == Part::Registry => serve::measure(row, clients, options).await?,
        _ => Some(measure_row(row, clients, options).await?),
    })
}

/// What a reader types to get such figures; where they were written to is left out.
fn command() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut words = vec!["cargo xtask bench".to_owned()];
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--json" | "--markdown" => _ = rest.next(),
            other if other.starts_with("--json=") || other.starts_with("--markdown=") => {}
            other => words.push(other.to_owned()),
        }
    }
    words.join(" ")
}

fn write(file: &Path, text: &str) -> Result<(), BenchError> {
    std::fs::write(file, text).map_err(|source| BenchError::Write { file: file.to_owned(), source })
}

/// The figures of one row, one item for each of `clients`.
async fn measure_row(row: Row, clients: &[&Client], options: &Options) -> Result<Vec<Figures>, BenchError> {
    say(&format!("{row}: filling the source"));
    let source = Registry::start().await.ok_or(BenchError::NoRegistry)?;
    let mut repositories = Vec::new();
    let client = source.client();
    let images = row.images(options.scale);
    let push = images.iter().map(|(repository, image)| client.push(repository, image));
    stream::iter(push).buffer_unordered(PUSHES).collect::<()>().await;
    repositories.extend(images.into_iter().map(|(repository, _)| repository));
    repositories.sort();
    repositories.dedup();
    let stage = Stage { row, scale: options.scale, source, repositories };
    let mut figures: Vec<Figures> = clients.iter().map(|client| Figures::new(client.kind)).collect();
    if !options.skip_requests {
        for (client, figures) in clients.iter().copied().zip(&mut figures) {
            match (row.part(), client.kind) {
                (Part::Clients, _) => figures.requests = Some(stage.count(client).await?),
                (Part::Registry, Kind::Portolan) => stage.read_back(client).await?,
                (Part::Registry | Part::Daemon, _) => {}
            }
        }
    }
    for round in 1..=row.rounds(options.rounds) {
        for (client, figures) in clients.iter().copied().zip(&mut figures) {
            let usage = stage.measure(client).await?;
            say(&usage.line(row, round, client.kind));
            figures.runs.push(usage);
        }
    }
    Ok(figures)
}

impl Usage {
    /// A line that tells of it while the rest goes on.
    pub(crate) fn line(&self, row: Row, round: u32, client: Kind) -> String {
        let Self { wall_seconds: wall, cpu_seconds: cpu, peak_mib: peak } = self;
        format!("{row}, round {round}: {client:8} {wall:7.3} s, CPU {cpu:7.3} s, {peak:6.1} MiB")
    }
}

/// Where a row is played: the images at the source.
struct Stage {
    row: Row,
    scale: f64,
    source: Registry,
    repositories: Vec<String>,
}

impl Stage {
    fn turn(&self, client: &Client, hosts: (&str, &str), home: &TempDir) -> Result<Turn, BenchError> {
        let turn = self.row.turn(client, &self.repositories, hosts, (home.path(), self.scale));
        turn.map_err(BenchError::Output)
    }

    /// One turn of `client`, to a target that holds nothing.
    async fn measure(&self, client: &Client) -> Result<Usage, BenchError> {
        let target = Registry::start().await.ok_or(BenchError::NoRegistry)?;
        let home = TempDir::new().map_err(BenchError::Output)?;
        let (near, far) = (self.away(&self.source).await, self.away(&target).await);
        let host = |proxy: &Option<Proxy>, registry: &Registry| {
            proxy.as_ref().map_or_else(|| registry.host().to_owned(), |proxy| proxy.host().to_owned())
        };
        let (from, to) = (host(&near, &self.source), host(&far, &target));
        let turn = self.turn(client, (&from, &to), &home)?;
        if !turn.before.is_empty() {
            self.settled(client, &turn.before, &home).await?;
        }
        self.settled(client, &turn.timed, &home).await
    }

    /// What puts a registry as far away as the row wants it.
    async fn away(&self, registry: &Registry) -> Option<Proxy> {
        let delay = self.row.delay()?;
        let proxy = Proxy::before(registry).await;
        proxy.set_delay(delay);
        Some(proxy)
    }

    /// Runs commands when the disk has come to rest, so that none pays for what the one before left behind.
    async fn settled(
        &self,
        client: &Client,
        commands: &[measure::CommandLine],
        home: &TempDir,
    ) -> Result<Usage, BenchError> {
        nix::unistd::sync();
        let failed = |source| BenchError::Client { client: client.kind, row: self.row, source };
        measure::run(commands, home.path()).await.map_err(failed)
    }

    /// One turn that is not timed, through proxies that count; then the target is read back.
    async fn count(&self, client: &Client) -> Result<Requests, BenchError> {
        let target = Registry::start().await.ok_or(BenchError::NoRegistry)?;
        let home = TempDir::new().map_err(BenchError::Output)?;
        let (near, far) = (Proxy::before(&self.source).await, Proxy::before(&target).await);
        let turn = self.turn(client, (near.host(), far.host()), &home)?;
        if !turn.before.is_empty() {
            self.settled(client, &turn.before, &home).await?;
        }
        near.clear();
        far.clear();
        self.settled(client, &turn.timed, &home).await?;
        let requests = Requests { source: near.records().len(), target: far.records().len() };
        self.compare(client, &target.client()).await?;
        Ok(requests)
    }

    /// One turn that is not timed, into Portolan's own store, which is then read through its registry.
    async fn read_back(&self, client: &Client) -> Result<(), BenchError> {
        let home = TempDir::new().map_err(BenchError::Output)?;
        let turn = self.turn(client, (self.source.host(), ""), &home)?;
        self.settled(client, &turn.timed, &home).await?;
        let failed = |source| BenchError::Server { server: client.kind, row: self.row, source };
        let store = Portolan::start(&client.program, home.path(), Encryption::Off).await.map_err(failed)?;
        self.compare(client, &testkit::Client::new(store.url())).await?;
        store.stop().await.map_err(failed)
    }

    /// Reads all images at the target.
    async fn compare(&self, client: &Client, target: &testkit::Client) -> Result<(), BenchError> {
        let source = self.source.client();
        for repository in &self.repositories {
            for tag in source.tags(repository).await {
                let checked = target.check_image(repository, &tag).await;
                checked.map_err(|found| BenchError::Incomplete { client: client.kind, found })?;
            }
        }
        Ok(())
    }
}
