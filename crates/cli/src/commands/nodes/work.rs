//! `portolan nodes work`.

use std::sync::Arc;

use clap::Args;
use portolan_server::live::{Live, keep_stored};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Runner, UnderWay, keep_helping};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::commands::serve::{Reload, in_force};
use crate::context::{Context, Membership};
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;

/// Does parts of the runs that daemons lead, on this or another machine
#[derive(Debug, Args)]
#[command(after_help = "\
It needs the mirrors of the daemons in its configuration, and their database, which is on a server.
What it is given are copies between registries; it keeps no store and answers nobody. It takes up a
configuration that changes, as `portolan serve` does. Ctrl-C or SIGTERM ends it in order: what it
had begun is left to the others.

Examples:
  portolan nodes work
  portolan --config /etc/portolan/portolan.yaml nodes work")]
pub(super) struct WorkArguments {}

pub(super) async fn run(_: &WorkArguments, context: &Context) -> Result<Outcome, CliError> {
    let membership = Membership::begin("nodes work", context.traced()).await?;
    let books = context.books().await?.among(membership.company());
    if books.company.member.is_none() {
        let problem =
            Failure::Refused("an SQLite file is one process's: there is nobody to work for".to_owned());
        return Err(CliError::from(problem).with_hint("`database` in portolan.yaml can be one of a server"));
    }
    let live = Live::new(in_force(context, context.config()?, Arc::clone(context.places()?))?);
    let stored = books.runs.stored_mirrors().await;
    live.put_stored(
        stored.map_err(|cause| Failure::other("cannot read the mirrors of the catalogue", cause))?,
    );
    let metrics = Metrics::default();
    let reload = Reload::new(context, live.clone(), metrics.clone())?;
    let journal = context.journal().await?;
    let runner = Runner { journal, books, live, under_way: UnderWay::default(), metrics };
    Interrupt::over(&context.talk, async |interrupt| {
        membership.company().is_known().await;
        context.talk.insist("working for others");
        let end = interrupt.token();
        let mut work = tokio::task::spawn_blocking({
            let end = end.clone();
            move || Handle::current().block_on(work(&runner, &end))
        });
        let ended = tokio::select! {
            () = reload.keep_current(end) => work.await,
            ended = &mut work => ended,
        };
        ended.map_err(|cause| Failure::other("the work broke down", cause))?;
        membership.end().await;
        Ok(Outcome::Done)
    })
    .await
}

/// Helps with the mirrors that are in force, until the end.
async fn work(runner: &Runner, end: &CancellationToken) {
    tokio::select! {
        () = keep_helping(runner, end) => {}
        never = keep_stored(&runner.live, &runner.books.runs) => match never {},
    }
}
