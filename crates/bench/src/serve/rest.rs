//! A registry with much in it starts again: how soon it is ready, and what it holds in memory when nobody asks.

use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use portolan_testkit::client::Client as Pusher;
use portolan_testkit::zoo::Exhibit;
use reqwest::StatusCode;
use rustls::RootCertStore;
use tempfile::TempDir;

use super::process::Process;
use super::server::Encryption;
use super::{Portolan, ServeError, usage};
use crate::arguments::Options;
use crate::client::Client;
use crate::error::BenchError;
use crate::lean;
use crate::measure::Usage;
use crate::report::Figures;
use crate::row::Row;
use crate::talk::say;

const ROW: Row = Row::ServeRest;
/// Repositories that are made at once.
const FILLING: usize = 16;
/// How long a server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(5);
/// How often it is asked whether it is ready, and for how long at most.
const LOOK: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(120);

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
    let client = Pusher::new(server.url());
    for (repository, image) in &ROW.images(scale) {
        client.try_push(repository, image).await.map_err(ServeError::Refused)?;
        let tags: Vec<String> = (0..ROW.tags(scale)).map(|nth| format!("tag=t{nth}")).collect();
        // One PUT sets all tags of a repository.
        let reference = format!("{}?{}", image.root.digest, tags.join("&"));
        let made = (0..ROW.times(scale)).map(|nth| {
            let repository = format!("rest/{:02}/{nth:05}", nth % 100);
            make(&client, repository, image, &reference)
        });
        stream::iter(made).buffer_unordered(FILLING).try_collect::<()>().await?;
        let last = format!("rest/{:02}/{:05}", 0, 0);
        if client.tags(&last).await.len() != tags.len() {
            return Err(ServeError::Answer("to a PUT with tags, and did not set them".to_owned()));
        }
    }
    server.stop().await
}

/// Mounts the image's blobs and puts its manifest.
async fn make(
    client: &Pusher,
    repository: String,
    image: &Exhibit,
    reference: &str,
) -> Result<(), ServeError> {
    for blob in &image.root.blobs {
        client.push_blob(&repository, blob).await.map_err(ServeError::Refused)?;
    }
    match client.put_manifest(&repository, reference, &image.root).await {
        StatusCode::CREATED => Ok(()),
        other => Err(ServeError::Answer(format!("{other} to the PUT of a manifest"))),
    }
}

async fn start(portolan: &Client, home: &TempDir) -> Result<Usage, ServeError> {
    let http = lean::trusting(RootCertStore::empty())?;
    let began = Instant::now();
    let server = Portolan::start(&portolan.program, home.path(), Encryption::Off).await?;
    let url = format!("{}/readyz", server.url());
    while http.get(&url).send().await?.status() != StatusCode::OK {
        if began.elapsed() > PATIENCE {
            return Err(ServeError::Answer("for two minutes that it is not ready".to_owned()));
        }
        tokio::time::sleep(LOOK).await;
    }
    let ready = began.elapsed();
    let process = Process::new(server.pid()?);
    tokio::time::sleep(REST).await;
    let usage = usage(ready, process.cpu()?, process.resident_mib()?);
    server.stop().await?;
    Ok(usage)
}
