//! `portolan serve`: `in_force` makes of the configuration what the daemon works by, `reload` does it again when the
//! configuration changes, and `mirrors` has them run.

mod in_force;
mod mirrors;
mod reload;

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use portolan_config::Config;
use portolan_server::access::{Admission, Gate};
use portolan_server::background::{History, keep_house};
use portolan_server::doors::api::ApiParts;
use portolan_server::doors::{self, Parts};
use portolan_server::http::{Encryption, HttpLimits, Server};
use portolan_server::live::Live;
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Bell, Planner, UnderWay};
use portolan_server::tls::{Tls, TlsFiles};

pub(super) use self::in_force::in_force;
use self::mirrors::Mirrors;
pub(super) use self::reload::Reload;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::service_manager;

/// Runs the registry, and mirrors by the clock
#[derive(Debug, Args)]
#[command(after_help = "\
It listens where `listen` of the configuration says, else at 127.0.0.1:5000, and keeps what is pushed in the data
folder. Mirrors with `schedule` or `every` are run when they are due. A configuration that changes is taken up
within seconds, or at once at SIGHUP; one that is wrong is refused, and what was in force stays. Ctrl-C or SIGTERM
ends it in order: requests under way are answered first, and what a run left is gone on with at the next start.

Examples:
  portolan serve
  portolan --data /srv/images serve
  skopeo copy --dest-tls-verify=false docker://debian:12 docker://127.0.0.1:5000/base/debian:12")]
pub(crate) struct ServeArguments {}

pub(super) async fn run(_: &ServeArguments, context: &Context) -> Result<Outcome, CliError> {
    let config = &context.config()?.config;
    let (address, limits, metrics) = (
        config.listen.address(),
        HttpLimits::default(),
        Metrics::with(context.tally(), context.task_tally()),
    );
    let encryption = encryption(config, &metrics).await?;
    let (scheme, api) = (encryption.scheme(), api(context).await?);
    let router = doors::all(Parts { api: api.clone(), limits, scheme, metrics: metrics.clone() });
    let layouts = if config.layouts { context.store()?.layouts().cloned() } else { None };
    // Before anything is acknowledged that stands on them.
    let recorded = api.store.write_missing_records(&api.changes, Duration::ZERO).await;
    recorded.map_err(|cause| Failure::other("cannot write the records that are missing", cause))?;
    let mirrors = Mirrors::new(context, &api, &metrics).await?;
    let history = history(config, &api, metrics.clone());
    let failed = |cause| Failure::other(format!("cannot listen at {address}"), cause);
    let server = Server::bind(address, router, limits, encryption).await.map_err(failed)?;
    let address = server.address().map_err(failed)?;
    let reload = Reload::new(context, api.live, metrics)?;
    // From when it is said that it listens, a signal ends it in order.
    Interrupt::over(&context.talk, async |interrupt| {
        context.talk.insist(&format!("listening at {}://{address}", scheme.name()));
        if config.access.is_some() && api.access.users().await?.is_empty() {
            context.talk.say("nobody can log in yet: add a user with `portolan user add NAME`");
        }
        let end = interrupt.token();
        let house = tokio::spawn(keep_house(api.store, api.changes, layouts, Some(history), end.clone()));
        let mirrors = mirrors.keep(end.clone());
        let manager = service_manager::tell(server.heart(), end.clone());
        tokio::join!(server.run(end.clone()), manager, reload.keep_current(end));
        for work in [house, mirrors] {
            work.await.map_err(|cause| Failure::other("the work behind the doors broke down", cause))?;
        }
        Ok(Outcome::Done)
    })
    .await
}

/// What the doors are about.
async fn api(context: &Context) -> Result<ApiParts, CliError> {
    let config = context.config()?;
    let access = context.access().await?;
    let gate = Gate::new(admission(&config.config), access.clone());
    let store = context.store()?.store().await;
    let store = store.map_err(|cause| Failure::other("cannot open the store", cause))?.clone();
    let (live, books) =
        (Live::new(in_force(context, config, Arc::clone(context.places()?))?), context.books().await?);
    let runs = books.runs.clone();
    let planner = Planner { journal: context.journal().await?, books };
    let stored = runs.stored_mirrors().await;
    live.put_stored(
        stored.map_err(|cause| Failure::other("cannot read the mirrors of the catalogue", cause))?,
    );
    let (changes, nodes) = (context.changes().await?, context.nodes().await?);
    let requests = context.requests().await?;
    let (bell, under_way) = (Bell::default(), UnderWay::default());
    Ok(ApiParts { live, runs, bell, under_way, store, changes, access, nodes, planner, requests, gate })
}

fn history(config: &Config, api: &ApiParts, metrics: Metrics) -> History {
    let (runs, live, requests) = (api.runs.clone(), api.live.clone(), api.requests.clone());
    let (kept, nodes) = (config.retention.runs.duration(), api.nodes.clone());
    History { runs, kept, requests, nodes, live, metrics }
}

fn admission(config: &Config) -> Admission {
    match &config.access {
        Some(access) => Admission::Logins { anonymous: access.anonymous() },
        None => Admission::ThisMachine,
    }
}

async fn encryption(config: &Config, metrics: &Metrics) -> Result<Encryption, CliError> {
    let Some(certificate) = &config.tls else { return Ok(Encryption::Off) };
    let files = TlsFiles::new(certificate.cert.clone(), certificate.key.clone());
    let tls = Tls::open(files, metrics.clone()).await;
    Ok(Encryption::Tls(tls.map_err(|cause| Failure::other("`tls` cannot be used", cause))?))
}
