//! A daemon that has mirrors and nothing to do: what it needs all the same.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

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

const ROW: Row = Row::ServeIdle;
/// How long it is left alone when it is ready, and how long it is watched then.
const SETTLE: Duration = Duration::from_secs(5);

/// The figures of all rounds: the wall time is that for which it was watched, the CPU time that of this time, the
/// memory its peak since it started.
pub(crate) async fn measure(portolan: &Client, options: &Options) -> Result<Figures, BenchError> {
    let failed = |source| BenchError::Server { server: portolan.kind, row: ROW, source };
    let mut figures = Figures::new(portolan.kind);
    for round in 1..=ROW.rounds(options.rounds) {
        let usage = watch(portolan, options.scale).await.map_err(failed)?;
        say(&usage.line(ROW, round, portolan.kind));
        figures.runs.push(usage);
    }
    Ok(figures)
}

async fn watch(portolan: &Client, scale: f64) -> Result<Usage, ServeError> {
    let home = TempDir::new()?;
    std::fs::write(home.path().join("portolan.yaml"), configuration(ROW.times(scale), home.path()))?;
    let server = Portolan::start(&portolan.program, home.path(), Encryption::Off).await?;
    server.ready(&lean::trusting(RootCertStore::empty())?).await?;
    tokio::time::sleep(SETTLE.mul_f64(scale.min(1.0))).await;
    let process = Process::new(server.pid()?);
    let (before, began) = (process.cpu()?, Instant::now());
    tokio::time::sleep(Row::watched(scale)).await;
    let watched = began.elapsed();
    let usage = usage(watched, process.cpu()?.saturating_sub(before), process.peak_mib()?);
    server.stop().await?;
    Ok(usage)
}

/// Mirrors from registries and from layouts, whose time comes at New Year.
fn configuration(mirrors: u64, home: &Path) -> String {
    let mut text = "version: 1\nmirrors:\n".to_owned();
    for nth in 0..mirrors {
        let source = match nth % 2 {
            0 => format!("127.0.0.1:1/idle/app-{nth:02}"),
            _ => format!("oci:{}/idle/app-{nth:02}", home.display()),
        };
        // Writing to a text does not fail.
        _ = writeln!(
            text,
            "  - name: idle-{nth:02}\n    source: '{source}'\n    targets: ['store:idle/app-{nth:02}']\n    \
             schedule: '@yearly'"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::configuration;

    #[test]
    fn mirrors_come_from_registries_and_from_layouts() {
        let mirror = |nth: &str, source: &str| {
            format!(
                "  - name: idle-{nth}\n    source: '{source}'\n    targets: ['store:idle/app-{nth}']\n    \
                 schedule: '@yearly'\n"
            )
        };
        let (one, other) = ("127.0.0.1:1/idle/app-00", "oci:/home/bench/idle/app-01");
        let expected = format!("version: 1\nmirrors:\n{}{}", mirror("00", one), mirror("01", other));
        assert_eq!(configuration(2, Path::new("/home/bench")), expected);
    }
}
