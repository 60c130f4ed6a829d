//! Both registries under the same load: what the server itself needs for it.
//!
//! The load comes from this process, and is the same for both. A server starts empty for each turn, and only its
//! own process is looked at, from before the work until after it.

mod filler;
mod idle;
mod load;
mod portolan;
mod process;
mod rest;
mod server;

use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::arguments::Options;
use crate::client::Client;
use crate::error::BenchError;
use crate::lean::LeanError;
use crate::measure::Usage;
use crate::report::Figures;
use crate::row::Row;
use crate::talk::say;
use load::{Load, Work};
use process::Process;
use server::Server;

pub(crate) use filler::{fill, put};
pub(crate) use idle::measure as measure_idle;
pub(crate) use portolan::Portolan;
pub(crate) use rest::measure as measure_rest;
pub(crate) use server::Encryption;

/// A server could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// It ended before it listened, with these words.
    #[error("it does not start: {0}")]
    Start(String),
    /// It refused a push, with these words.
    #[error("it refused: {0}")]
    Refused(String),
    /// It did not answer, or with an error.
    #[error("it does not answer")]
    Http(#[from] reqwest::Error),
    /// The lean client cannot use its answer.
    #[error(transparent)]
    Lean(#[from] LeanError),
    /// An answer is not what was asked for.
    #[error("it answered {0}")]
    Answer(String),
    /// Its process or its home cannot be used.
    #[error("its process cannot be used")]
    Process(#[from] std::io::Error),
    /// The kernel does not tell what it used.
    #[error("the kernel does not tell {0}")]
    Kernel(&'static str),
    /// docker-registry is not on this machine.
    #[error("it is not on this machine")]
    Absent,
}

/// The figures of one row, one item for each of `servers`; `None` where one of them cannot play it.
pub(crate) async fn measure(
    row: Row,
    servers: &[&Client],
    options: &Options,
) -> Result<Option<Vec<Figures>>, BenchError> {
    let Some(load) = Load::of(row) else { return Ok(None) };
    say(&format!("{row}: making the images"));
    let work = Work::new(row, load, options.scale);
    let mut figures: Vec<Figures> = servers.iter().map(|server| Figures::new(server.kind)).collect();
    for round in 1..=row.rounds(options.rounds) {
        for (server, figures) in servers.iter().copied().zip(&mut figures) {
            let usage = match turn(&work, server).await {
                Ok(usage) => usage,
                Err(ServeError::Start(said)) if row == Row::ServePullTls => {
                    say(&format!("{row} is left out: {} does not start with TLS: {said}", server.kind));
                    return Ok(None);
                }
                Err(source) => return Err(BenchError::Server { server: server.kind, row, source }),
            };
            say(&usage.line(row, round, server.kind));
            figures.runs.push(usage);
        }
    }
    Ok(Some(figures))
}

/// One turn of a server that starts empty.
async fn turn(work: &Work, program: &Client) -> Result<Usage, ServeError> {
    let home = TempDir::new()?;
    let server = Server::start(program, home.path(), work.encryption()).await?;
    let http = server.http()?;
    work.prepare(&server).await?;
    // None pays for what was written before.
    nix::unistd::sync();
    let process = Process::new(server.pid()?);
    let (before, began) = (process.cpu()?, Instant::now());
    work.perform(&server, &http).await?;
    let wall = began.elapsed();
    let usage = usage(wall, process.cpu()?.saturating_sub(before), process.peak_mib()?);
    server.stop().await?;
    Ok(usage)
}

fn usage(wall: Duration, cpu: Duration, mib: f64) -> Usage {
    Usage { wall_seconds: wall.as_secs_f64(), cpu_seconds: cpu.as_secs_f64(), peak_mib: mib }
}
