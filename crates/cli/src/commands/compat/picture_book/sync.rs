//! `picture-book sync`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use clap::Args;
use portolan_config::picture_book::{BookApi, BookRegistry, PictureBook};
use portolan_server::doors::compat::picture_book::PictureBookDoor;
use portolan_server::http::{Encryption, HttpLimits, Server};
use portolan_server::metrics::Metrics;
use portolan_server::mirroring::{Bell, Means, SystemClock, keep_mirrors, unchanging};
use portolan_server::picture_book::{Shelf, ShelfRunner, Voice};
use tokio::runtime::Handle;

use super::rounds::{rounds, voice};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;

/// Fills registries by the clock, until it is ended
///
/// Each registry is filled at the times of its `syncPeriod`, not at the start. With `api.enabled` the HTTP API answers:
/// for other machines too if `api.enableAuth` asks for a token that is not that of the samples.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picture-book sync
  curl -H 'Authorization: TOKEN' 'http://localhost:8001/list?type=active'
  curl -H 'Authorization: TOKEN' 'http://localhost:8001/ops?sync=my-registry.com&action=pause'")]
pub(super) struct SyncArguments {}

pub(super) async fn run(book: &PictureBook, context: &Context) -> Result<Outcome, CliError> {
    let (voice, bell) = (voice(book, context), Bell::default());
    let runs = context.books().await?.runs;
    let shelf = Shelf::new(&book.registries, runs, bell.clone()).await;
    let shelf = Arc::new(shelf.map_err(|cause| Failure::other("cannot keep the registries in step", cause))?);
    for registry in shelf.left_out() {
        if let Err(cause) = BookRegistry::schedule(&registry.period) {
            voice.complain(&format!("{} is left out: {cause}", registry.hostname));
        }
    }
    let server = serve(&book.api, &shelf, &voice).await?;
    let runner = ShelfRunner { shelf: Arc::clone(&shelf), rounds: rounds(context, &voice).await? };
    Interrupt::over(&context.talk, async |interrupt| {
        if let Some((_, address)) = &server {
            context.talk.insist(&format!("listening at http://{address}"));
        }
        let end = interrupt.token().clone();
        // On a thread of its own: planning a long list keeps no request waiting.
        let keeping = tokio::task::spawn_blocking(move || {
            let (clock, metrics) = (SystemClock, Metrics::default());
            let means = Means { runner: &runner, clock: &clock, metrics: &metrics, bell: &bell };
            Handle::current().block_on(keep_mirrors(unchanging(shelf.mirrors()), means, &end));
        });
        match server {
            Some((server, _)) => server.run(interrupt.token().clone()).await,
            None => interrupt.token().cancelled().await,
        }
        keeping.await.map_err(|cause| Failure::other("keeping the registries broke down", cause))?;
        Ok(Outcome::Done)
    })
    .await
}

/// The API, if there is to be one.
async fn serve(
    api: &BookApi,
    shelf: &Arc<Shelf>,
    voice: &Voice,
) -> Result<Option<(Server, SocketAddr)>, CliError> {
    if !api.enabled {
        return Ok(None);
    }
    let host: IpAddr = if api.is_closed() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        voice.say(
            "warning: the API answers this machine only; for others set api.enableAuth and an api.authToken of your own",
        );
        Ipv4Addr::LOCALHOST.into()
    };
    let address = SocketAddr::new(host, api.port.unwrap_or(BookApi::PORT));
    let door = PictureBookDoor::new(Arc::clone(shelf), api.token.as_deref());
    let router = if api.is_closed() { door.for_others().router() } else { door.router() };
    let failed = |cause| Failure::other(format!("cannot listen at {address}"), cause);
    let server = Server::bind(address, router, HttpLimits::default(), Encryption::Off).await;
    let server = server.map_err(failed)?;
    let address = server.address().map_err(failed)?;
    Ok(Some((server, address)))
}
