//! How things stand.

use jiff::Timestamp;
use portolan_catalog::{CatalogError, FailedImage, Node, Nodes, Pause, Run, Runs, Standing};
use portolan_oci::with_causes;
use portolan_store::Store;
use portolan_sync::Mirror;

use crate::live::{Live, Refused};
use crate::machine::host_name;

/// Runs that are shown.
const RUNS: u64 = 20;

/// Images that are shown of those that failed in the last run of a mirror.
const FAILURES: u32 = 20;

/// What the page is about.
#[derive(Clone)]
pub struct Subject {
    /// What is held.
    pub store: Store,
    /// What is in force.
    pub live: Live,
    /// What is remembered of mirrors.
    pub runs: Runs,
    /// Who shares the database.
    pub nodes: Nodes,
}

/// How things stand.
pub(super) struct Status {
    pub(super) version: &'static str,
    pub(super) host: String,
    pub(super) process: u32,
    /// Since when the daemon runs.
    pub(super) since: Timestamp,
    /// When this was gathered.
    pub(super) now: Timestamp,
    /// The configuration that was tried last, if it could not be taken.
    pub(super) refused: Option<Refused>,
    pub(super) store: StoreStatus,
    /// The processes that share the database; none if nobody can.
    pub(super) nodes: Vec<Node>,
    pub(super) mirrors: Vec<MirrorStatus>,
    /// The last runs of all mirrors, the latest first.
    pub(super) runs: Vec<Run>,
}

pub(super) struct StoreStatus {
    /// Bytes left on its volume, or why that is not known.
    pub(super) free: Result<u64, String>,
    pub(super) uploads: usize,
}

pub(super) struct MirrorStatus {
    pub(super) name: String,
    /// When it is run by itself, if ever.
    pub(super) timing: Option<String>,
    pub(super) next: Option<Timestamp>,
    pub(super) paused: Option<Pause>,
    /// Images that it was told of and has not seen to.
    pub(super) told: u64,
    pub(super) last: Option<Run>,
    /// Of those that failed in the last run the first ones.
    pub(super) failures: Vec<FailedImage>,
}

impl Status {
    pub(super) async fn gather(of: &Subject, since: Timestamp) -> Result<Self, CatalogError> {
        let (now, Subject { store, live, runs, nodes }) = (Timestamp::now(), of);
        let free = store.free_bytes().await.map_err(|cause| with_causes(&cause));
        let mirrors = live.mirrors();
        let names: Vec<&str> = mirrors.iter().map(|mirror| mirror.name.as_str()).collect();
        let mut shown = Vec::with_capacity(mirrors.len());
        for (mirror, standing) in mirrors.iter().zip(runs.standings(&names).await?) {
            let failures = failures(&standing, runs).await?;
            shown.push(MirrorStatus::of(mirror, standing, failures, now));
        }
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            host: host_name().await,
            process: std::process::id(),
            since,
            now,
            refused: live.refused(),
            store: StoreStatus { free, uploads: store.open_uploads() },
            nodes: nodes.list().await?,
            mirrors: shown,
            runs: runs.all_runs(RUNS).await?,
        })
    }
}

/// Of the images that failed in the last run the first ones.
async fn failures(standing: &Standing, runs: &Runs) -> Result<Vec<FailedImage>, CatalogError> {
    let Some(run) = standing.last.as_ref().filter(|run| run.totals.failed > 0) else { return Ok(Vec::new()) };
    let failures = runs.failures_after(run.id, None, FAILURES).await?;
    Ok(failures.into_iter().map(|(_, failed)| failed).collect())
}

impl MirrorStatus {
    fn of(mirror: &Mirror, standing: Standing, failures: Vec<FailedImage>, now: Timestamp) -> Self {
        let Standing { last, last_whole, pause: paused, told, .. } = standing;
        let timing = mirror.policy.timing.as_ref();
        Self {
            name: mirror.name.to_string(),
            timing: timing.map(ToString::to_string),
            next: timing.filter(|_| paused.is_none()).and_then(|timing| timing.next(last_whole, now)),
            told,
            paused,
            last,
            failures,
        }
    }
}
