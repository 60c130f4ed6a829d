//! One repository of fifty thousand tags: what it costs to find that there is nothing to do.
//!
//! No registry that can be had here makes so many tags in a reasonable time, so both sides are scripted. They
//! answer out of memory, and what is measured is the client alone.

mod server;

use portolan_testkit::workload;
use tempfile::TempDir;

use crate::arguments::Options;
use crate::client::Client;
use crate::error::BenchError;
use crate::measure;
use crate::report::{Figures, Requests};
use crate::row::Row;
use crate::talk::say;
pub(crate) use server::Server;

const REPOSITORY: &str = "tags/all";

/// Fills the target in a first pass, which is told and not kept; the figures are of passes after it.
pub(crate) async fn measure(portolan: &Client, tags: u64, options: &Options) -> Result<Figures, BenchError> {
    let (source, target) = (start().await?, start().await?);
    // A few images under all the names.
    let images: Vec<_> = (0..8).map(|nth| workload::tiny(20_000 + nth)).collect();
    source.show(REPOSITORY, tags, &images);
    let home = TempDir::new().map_err(BenchError::Output)?;
    let hosts = (source.host(), target.host());
    let commands = portolan.mirror(&[REPOSITORY.to_owned()], hosts, home.path());
    let commands = commands.map_err(BenchError::Output)?;
    let run = || async {
        let failed = |source| BenchError::Client { client: portolan.kind, row: Row::Tags, source };
        measure::run(&commands, home.path()).await.map_err(failed)
    };
    let first = run().await?;
    say(&format!(
        "tags, first pass: {:7.3} s, CPU {:7.3} s, {:6.1} MiB",
        first.wall_seconds, first.cpu_seconds, first.peak_mib
    ));
    if target.tags(REPOSITORY) != source.tags(REPOSITORY) {
        let found = "the first pass did not bring all tags".to_owned();
        return Err(BenchError::Incomplete { client: portolan.kind, found });
    }
    let mut figures = Figures::new(portolan.kind);
    for round in 1..=Row::Tags.rounds(options.rounds) {
        let before = (source.requests(), target.requests());
        let usage = run().await?;
        say(&format!(
            "tags, round {round}: {:7.3} s, CPU {:7.3} s, {:6.1} MiB",
            usage.wall_seconds, usage.cpu_seconds, usage.peak_mib
        ));
        let (source, target) = (source.requests() - before.0, target.requests() - before.1);
        figures.requests = Some(Requests { source, target });
        figures.runs.push(usage);
    }
    Ok(figures)
}

async fn start() -> Result<Server, BenchError> {
    Server::start().await.map_err(BenchError::Output)
}
