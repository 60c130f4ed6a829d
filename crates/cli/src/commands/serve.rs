//! `portolan serve`.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures::future::join;
use portolan_config::{Config, HookSettings};
use portolan_server::access::{Admission, Gate};
use portolan_server::background::keep_house;
use portolan_server::doors::hooks::Hook;
use portolan_server::doors::{self, Mirroring};
use portolan_server::http::{Encryption, HttpLimits, Server};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Bell, Means, Runner, SystemClock, keep_helping, keep_mirrors};
use portolan_server::tls::{Tls, TlsFiles};
use portolan_sync::Mirror;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::mirrors::work::engine_options;
use crate::context::{Context, Membership};
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::service_manager;

/// Runs the registry, and mirrors by the clock
#[derive(Debug, Args)]
#[command(after_help = "\
It listens where `listen` of the configuration says, else at 127.0.0.1:5000, and keeps what is pushed in the data
folder. Mirrors with `schedule` or `every` are run when they are due. Ctrl-C or SIGTERM ends it in order: requests
under way are answered first, and what a run left is gone on with at the next start.

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
    let (mirrors, bell) = (context.config()?.mirrors.clone(), Bell::default());
    let membership = Membership::begin("serve", context).await?;
    let books = context.books().await?.among(membership.company());
    let (runs, hooks) = (books.runs.clone(), hooks(config)?);
    let mirroring = Mirroring { mirrors: mirrors.clone(), runs, bell: bell.clone(), hooks };
    let router = doors::all(store.clone(), (limits, scheme), metrics.clone(), &gate, mirroring);
    let runner = Runner {
        journal: context.journal().await?,
        books,
        places: Arc::clone(context.places()?),
        options: engine_options(context)?,
    };
    let changes = context.changes().await?;
    let layouts = if config.layouts { context.store()?.layouts().cloned() } else { None };
    // Before anything is acknowledged that stands on them.
    let recorded = store.write_missing_records(&changes, Duration::ZERO).await;
    recorded.map_err(|cause| Failure::other("cannot write the records that are missing", cause))?;
    let failed = |cause| Failure::other(format!("cannot listen at {address}"), cause);
    let server = Server::bind(address, router, limits, encryption).await.map_err(failed)?;
    let address = server.address().map_err(failed)?;
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
            Handle::current().block_on(mirror(&runner, &mirrors, means, &end));
        });
        let manager = service_manager::tell(server.heart(), interrupt.token().clone());
        tokio::join!(server.run(interrupt.token().clone()), manager);
        for work in [house, mirroring] {
            work.await.map_err(|cause| Failure::other("the work behind the doors broke down", cause))?;
        }
        membership.end().await;
        Ok(Outcome::Done)
    })
    .await
}

/// Runs mirrors by the clock and helps other nodes, as soon as those know of this one.
async fn mirror(runner: &Runner, mirrors: &[Mirror], means: Means<'_>, end: &CancellationToken) {
    end.run_until_cancelled(runner.books.company.is_known()).await;
    join(keep_mirrors(mirrors, means, end), keep_helping(runner, mirrors, end)).await;
}

/// Who may tell of new images, with what they show.
fn hooks(config: &Config) -> Result<Vec<Hook>, CliError> {
    let hook = |settings: &HookSettings| {
        let secret = settings.secret.resolve().map_err(|cause| {
            Failure::other(format!("the webhooks of {} cannot be taken", settings.kind.word()), cause)
        })?;
        if secret.is_empty() {
            let text = format!("the secret of the webhooks of {} is empty", settings.kind.word());
            return Err(CliError::from(Failure::Refused(text)));
        }
        Ok(settings.registry().map(|registry| Hook { kind: settings.kind, registry, secret }))
    };
    config.hooks.iter().filter_map(|settings| hook(settings).transpose()).collect()
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
