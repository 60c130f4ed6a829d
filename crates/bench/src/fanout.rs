//! Three targets, one of them slow: what the other two lose by it.
//!
//! No other client copies to several targets at once, so Portolan is held against itself: the time until two
//! targets show the image, alone and beside a third that takes 1 MB/s. When both show it the copy is ended:
//! that the third gets its image too is a matter for the tests.

use std::process::Stdio;
use std::time::{Duration, Instant};

use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use serde::Serialize;
use tempfile::TempDir;
use tokio::process::Command;

use crate::arguments::Options;
use crate::client::Client;
use crate::error::BenchError;
use crate::row::{Row, TAG};
use crate::stats;
use crate::talk::say;

/// How much the slow target takes in a second.
const SLOW: u64 = 1_000_000;
/// How often the targets are looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Seconds until both fast targets show the image, one figure a round.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Fanout {
    /// With nobody beside them.
    pub(crate) alone_seconds: Vec<f64>,
    /// Beside the slow one.
    pub(crate) beside_seconds: Vec<f64>,
}

impl Fanout {
    /// How much longer the two take beside the slow one.
    pub(crate) fn ratio(&self) -> Option<f64> {
        stats::ratio(&self.beside_seconds, &self.alone_seconds)
    }
}

#[derive(Debug, Clone, Copy)]
enum Company {
    Nobody,
    SlowTarget,
}

/// Measures all rounds.
pub(crate) async fn measure(portolan: &Client, options: &Options) -> Result<Fanout, BenchError> {
    say("fanout: filling the source");
    let source = Registry::start().await.ok_or(BenchError::NoRegistry)?;
    for (repository, image) in Row::Fanout.images(options.scale) {
        source.client().push(&repository, &image).await;
    }
    let mut figures = Fanout::default();
    for round in 1..=options.rounds {
        let alone = until_both_show(portolan, &source, Company::Nobody).await?;
        let beside = until_both_show(portolan, &source, Company::SlowTarget).await?;
        say(&format!("fanout, round {round}: alone {alone:7.3} s, beside a slow target {beside:7.3} s"));
        figures.alone_seconds.push(alone);
        figures.beside_seconds.push(beside);
    }
    Ok(figures)
}

async fn until_both_show(portolan: &Client, source: &Registry, company: Company) -> Result<f64, BenchError> {
    let fast = [start().await?, start().await?];
    let third = start().await?;
    let slow = Proxy::before(&third).await;
    slow.set_upload_rate(Some(SLOW));
    let home = TempDir::new().map_err(BenchError::Output)?;
    let name = Row::Fanout.to_string();
    let mut line = portolan.copy(&source.reference(&name, TAG), &fast[0].reference(&name, TAG));
    line.push(fast[1].reference(&name, TAG));
    if matches!(company, Company::SlowTarget) {
        line.push(slow.reference(&name, TAG));
    }
    nix::unistd::sync();
    let [program, arguments @ ..] = line.as_slice() else { return Err(BenchError::NoClient) };
    let mut command = Command::new(program);
    command.args(arguments).env("HOME", home.path()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().map_err(BenchError::Output)?;
    let looks = [fast[0].client(), fast[1].client()];
    loop {
        let ended = child.try_wait().map_err(BenchError::Output)?;
        let (one, two) = tokio::join!(looks[0].find_manifest(&name, TAG), looks[1].find_manifest(&name, TAG));
        if one.is_some() && two.is_some() {
            let seconds = began.elapsed().as_secs_f64();
            child.kill().await.map_err(BenchError::Output)?;
            return Ok(seconds);
        }
        if let Some(status) = ended {
            let found = format!("it ended with {status}, and not both targets show the image");
            return Err(BenchError::Incomplete { client: portolan.kind, found });
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn start() -> Result<Registry, BenchError> {
    Registry::start().await.ok_or(BenchError::NoRegistry)
}
