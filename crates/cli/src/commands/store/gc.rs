//! `portolan store gc`.

use clap::Args;
use portolan_store::{CollectOptions, Collected, Collection, Quiet, StoreError};
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Removes what nothing needs any more
///
/// Blobs that no manifest needs go after a day, manifests that were deleted after a week: until then they can be
/// rolled back to. Pushes and pulls go on meanwhile. The daemon does it by itself, once an hour.
#[derive(Debug, Args)]
#[command(after_help = "\
As JSON: {\"manifests\", \"uploads\", \"links\", \"condemned\", \"blobs\", \"packs\", \"strays\"}

Examples:
  portolan store gc
  portolan store gc --now")]
pub(super) struct GcArguments {
    /// At once, and what could still be rolled back to as well
    #[arg(long)]
    now: bool,
}

#[derive(Serialize)]
struct Totals {
    manifests: u64,
    uploads: u64,
    links: u64,
    condemned: u64,
    blobs: u64,
    packs: u64,
    strays: u64,
}

impl From<Collected> for Totals {
    fn from(collected: Collected) -> Self {
        let Collected { manifests, uploads, links, condemned, blobs, packs, strays } = collected;
        Self { manifests, uploads, links, condemned, blobs, packs, strays }
    }
}

pub(super) async fn run(arguments: &GcArguments, context: &Context) -> Result<Outcome, CliError> {
    let failed = |cause: StoreError| Failure::other("the collection failed", cause);
    let store = context.store()?.store().await.map_err(failed)?;
    let options = if arguments.now { CollectOptions::NOW } else { *store.collection() };
    match store.collect(&options, &Quiet).await.map_err(failed)? {
        Collection::UnderWay => {
            Err(Failure::Refused("another process is collecting: wait until it is done".to_owned()).into())
        }
        Collection::Done(collected) => {
            context.output.data(&Totals::from(collected), |totals| {
                let Totals { manifests, uploads, links, condemned, blobs, packs, strays } = totals;
                format!(
                    "{blobs} blobs are gone, {condemned} are to go; {links} links, {manifests} deleted manifests, \
                     {uploads} idle uploads, {packs} packs and {strays} stray files removed\n"
                )
            })?;
            Ok(Outcome::Done)
        }
    }
}
