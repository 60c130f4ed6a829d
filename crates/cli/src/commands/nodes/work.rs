//! `portolan nodes work`.

use std::sync::Arc;

use clap::Args;
use portolan_server::mirroring::{Runner, keep_helping};
use tokio::runtime::Handle;

use crate::commands::mirrors::work::engine_options;
use crate::context::{Context, Membership};
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;

/// Does parts of the runs that daemons lead, on this or another machine
#[derive(Debug, Args)]
#[command(after_help = "\
It needs the mirrors of the daemons in its configuration, and their database, which is on a server.
It keeps no store and answers nobody; what it is given are copies between registries. Ctrl-C or
SIGTERM ends it in order: what it had begun is left to the others.

Examples:
  portolan nodes work
  portolan --config /etc/portolan/portolan.yaml nodes work")]
pub(super) struct WorkArguments {}

pub(super) async fn run(_: &WorkArguments, context: &Context) -> Result<Outcome, CliError> {
    let membership = Membership::begin("nodes work", context).await?;
    let books = context.books().await?.among(membership.company());
    if books.company.member.is_none() {
        let problem =
            Failure::Refused("an SQLite file is one process's: there is nobody to work for".to_owned());
        return Err(CliError::from(problem).with_hint("`database` in portolan.yaml can be one of a server"));
    }
    let runner = Runner {
        journal: context.journal().await?,
        books,
        places: Arc::clone(context.places()?),
        options: engine_options(context)?,
    };
    let mirrors = context.config()?.mirrors.clone();
    Interrupt::over(&context.talk, async |interrupt| {
        membership.company().is_known().await;
        context.talk.insist("working for others");
        let end = interrupt.token().clone();
        let work = move || Handle::current().block_on(keep_helping(&runner, &mirrors, &end));
        let ended = tokio::task::spawn_blocking(work).await;
        ended.map_err(|cause| Failure::other("the work broke down", cause))?;
        membership.end().await;
        Ok(Outcome::Done)
    })
    .await
}
