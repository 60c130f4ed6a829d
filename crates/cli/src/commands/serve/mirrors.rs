//! The mirrors of a daemon.

use futures::future::join;
use portolan_catalog::Runs;
use portolan_server::doors::api::ApiParts;
use portolan_server::live::{Live, keep_stored};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{
    Bell, Means, Runner, SystemClock, keep_helping, keep_mirrors, keep_reporting,
};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::context::{Context, Membership};
use crate::error::CliError;

/// Runs the mirrors that are in force.
pub(super) struct Mirrors {
    membership: Membership,
    runner: Runner,
    live: Live,
    runs: Runs,
    bell: Bell,
    metrics: Metrics,
}

impl Mirrors {
    pub(super) async fn new(context: &Context, api: &ApiParts, metrics: &Metrics) -> Result<Self, CliError> {
        let (live, under_way) = (api.live.clone(), api.under_way.clone());
        let membership = Membership::begin("serve", context).await?;
        let books = context.books().await?.among(membership.company());
        let journal = context.journal().await?;
        let metrics = metrics.clone();
        let runner = Runner { journal, books, live: live.clone(), under_way, metrics: metrics.clone() };
        Ok(Self { membership, runner, live, runs: api.runs.clone(), bell: api.bell.clone(), metrics })
    }

    /// Runs them until the end; on a thread of its own: planning a large mirror keeps no request waiting.
    pub(super) fn keep(self, end: CancellationToken) -> JoinHandle<()> {
        spawn_blocking(move || {
            let Self { membership, runner, live, runs, bell, metrics } = self;
            let means = Means { runner: &runner, clock: &SystemClock, metrics: &metrics, bell: &bell };
            Handle::current().block_on(async {
                end.run_until_cancelled(runner.books.company.is_known()).await;
                let mirrors = keep_mirrors(live.follow_mirrors(), means, &end);
                tokio::select! {
                    _ = join(mirrors, keep_helping(&runner, &end)) => {}
                    never = keep_stored(&live, &runs) => match never {},
                    never = keep_reporting(&live, &runs) => match never {},
                }
                membership.end().await;
            });
        })
    }
}
