//! A registry with much in it starts again: how soon it is ready, and what it holds in memory when nobody asks.

use std::time::{Duration, Instant};

use rustls::RootCertStore;
use tempfile::TempDir;

use super::process::Process;
use super::server::Encryption;
use super::{Portolan, ServeError, filler, usage};
use crate::arguments::Options;
use crate::client::Client;
use crate::error::BenchError;
use crate::lean;
use crate::measure::Usage;
use crate::report::Figures;
use crate::row::Row;
use crate::talk::say;

const ROW: Row = Row::ServeRest;
/// How long a server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(5);

/// The figures of all rounds: the wall time is that until it is ready, the memory that at rest.
pub(crate) async fn measure(portolan: &Client, options: &Options) -> Result<Figures, BenchError> {
    let failed = |source| BenchError::Server { server: portolan.kind, row: ROW, source };
    let home = TempDir::new().map_err(BenchError::Output)?;
    say(&format!("{ROW}: filling the server"));
    fill(portolan, &home, options.scale).await.map_err(failed)?;
    let mut figures = Figures::new(portolan.kind);
    for round in 1..=ROW.rounds(options.rounds) {
        nix::unistd::sync();
        let usage = start(portolan, &home).await.map_err(failed)?;
        say(&usage.line(ROW, round, portolan.kind));
        figures.runs.push(usage);
    }
    Ok(figures)
}

async fn fill(portolan: &Client, home: &TempDir, scale: f64) -> Result<(), ServeError> {
    let server = Portolan::start(&portolan.program, home.path(), Encryption::Off).await?;
    filler::fill(&server, ROW, scale).await?;
    server.stop().await
}

async fn start(portolan: &Client, home: &TempDir) -> Result<Usage, ServeError> {
    let http = lean::trusting(RootCertStore::empty())?;
    let began = Instant::now();
    let server = Portolan::start(&portolan.program, home.path(), Encryption::Off).await?;
    server.ready(&http).await?;
    let ready = began.elapsed();
    let process = Process::new(server.pid()?);
    tokio::time::sleep(REST).await;
    let usage = usage(ready, process.cpu()?, process.resident_mib()?);
    server.stop().await?;
    Ok(usage)
}
