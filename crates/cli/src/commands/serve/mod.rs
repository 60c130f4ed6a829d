//! `portolan serve`: `in_force` makes of the configuration what the daemon works by, `reload` does it again when the
//! configuration changes.

mod in_force;
mod reload;

use std::time::Duration;

use clap::Args;
use portolan_config::Config;
use portolan_server::access::{Admission, Gate};
use portolan_server::background::keep_house;
use portolan_server::doors::api::ApiParts;
use portolan_server::doors::{self, Parts};
use portolan_server::http::{Encryption, HttpLimits, Server};
use portolan_server::live::{Live, keep_stored};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Bell, Means, Runner, SystemClock, UnderWay, keep_mirrors};
use portolan_server::tls::{Tls, TlsFiles};
use tokio::runtime::Handle;

use self::in_force::in_force;
use self::reload::Reload;
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
    let (address, limits, metrics) = (config.listen.address(), HttpLimits::default(), Metrics::default());
    let encryption = encryption(config, &metrics).await?;
    let gate = Gate::new(admission(config), context.access().await?);
    let opened = context.store()?.store().await;
    let store = opened.map_err(|cause| Failure::other("cannot open the store", cause))?.clone();
    let scheme = encryption.scheme();
    let (live, bell) = (Live::new(in_force(context, context.config()?)?), Bell::default());
    let books = context.books().await?;
    let runs = books.runs.clone();
    let stored = runs.stored_mirrors().await;
    live.put_stored(
        stored.map_err(|cause| Failure::other("cannot read the mirrors of the catalogue", cause))?,
    );
    let (changes, under_way) = (context.changes().await?, UnderWay::default());
    let api = ApiParts {
        live: live.clone(),
        runs: runs.clone(),
        bell: bell.clone(),
        under_way: under_way.clone(),
        store: store.clone(),
        changes: changes.clone(),
        access: context.access().await?,
        gate,
    };
    let router = doors::all(Parts { api, limits, scheme, metrics: metrics.clone() });
    let runner = Runner { journal: context.journal().await?, books, live: live.clone(), under_way };
    let layouts = if config.layouts { context.store()?.layouts().cloned() } else { None };
    // Before anything is acknowledged that stands on them.
    let recorded = store.write_missing_records(&changes, Duration::ZERO).await;
    recorded.map_err(|cause| Failure::other("cannot write the records that are missing", cause))?;
    let failed = |cause| Failure::other(format!("cannot listen at {address}"), cause);
    let server = Server::bind(address, router, limits, encryption).await.map_err(failed)?;
    let address = server.address().map_err(failed)?;
    let reload = Reload::new(context, live.clone(), metrics.clone())?;
    // From when it is said that it listens, a signal ends it in order.
    Interrupt::over(&context.talk, async |interrupt| {
        context.talk.insist(&format!("listening at {}://{address}", scheme.name()));
        if config.access.is_some() && context.access().await?.users().await?.is_empty() {
            context.talk.say("nobody can log in yet: add a user with `portolan user add NAME`");
        }
        let house = tokio::spawn(keep_house(store, changes, layouts, interrupt.token().clone()));
        let end = interrupt.token().clone();
        // On a thread of its own: planning a large mirror keeps no request waiting.
        let mirroring = tokio::task::spawn_blocking(move || {
            let means = Means { runner: &runner, clock: &SystemClock, metrics: &metrics, bell: &bell };
            Handle::current().block_on(async {
                tokio::select! {
                    () = keep_mirrors(live.follow_mirrors(), means, &end) => {}
                    never = keep_stored(&live, &runs) => match never {},
                }
            });
        });
        let manager = service_manager::tell(server.heart(), interrupt.token().clone());
        let serving = server.run(interrupt.token().clone());
        tokio::join!(serving, manager, reload.keep_current(interrupt.token()));
        for work in [house, mirroring] {
            work.await.map_err(|cause| Failure::other("the work behind the doors broke down", cause))?;
        }
        Ok(Outcome::Done)
    })
    .await
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
