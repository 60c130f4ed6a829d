//! The mirrors of a daemon.

use portolan_catalog::Runs;
use portolan_server::doors::api::ApiParts;
use portolan_server::live::{Live, keep_stored};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Bell, Means, Runner, SystemClock, keep_mirrors};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::error::CliError;

/// Runs the mirrors that are in force.
pub(super) struct Mirrors {
    runner: Runner,
    live: Live,
    runs: Runs,
    bell: Bell,
    metrics: Metrics,
}

impl Mirrors {
    pub(super) async fn new(context: &Context, api: &ApiParts, metrics: &Metrics) -> Result<Self, CliError> {
        let (live, under_way) = (api.live.clone(), api.under_way.clone());
        let (journal, books) = (context.journal().await?, context.books().await?);
        let metrics = metrics.clone();
        let runner = Runner { journal, books, live: live.clone(), under_way, metrics: metrics.clone() };
        Ok(Self { runner, live, runs: api.runs.clone(), bell: api.bell.clone(), metrics })
    }

    /// Runs them until the end; on a thread of its own: planning a large mirror keeps no request waiting.
    pub(super) fn keep(self, end: CancellationToken) -> JoinHandle<()> {
        spawn_blocking(move || {
            let Self { runner, live, runs, bell, metrics } = &self;
            let means = Means { runner, clock: &SystemClock, metrics, bell };
            Handle::current().block_on(async {
                tokio::select! {
                    () = keep_mirrors(live.follow_mirrors(), means, &end) => {}
                    never = keep_stored(live, runs) => match never {},
                }
            });
        })
    }
}
