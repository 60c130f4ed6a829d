//! Fetching damaged blobs again, from where mirrors bring their images.

use std::collections::HashMap;
use std::sync::Arc;

use portolan_oci::{Descriptor, Digest, TagOrDigest, with_causes};
use portolan_store::{KnownDamage, Store};
use portolan_sync::{LostBlob, Refilled, Silent};
use portolan_transport::{Location, Source as _};
use serde::Serialize;

use crate::commands::mirrors::work::engine;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;

/// What became of a damaged blob.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Refill {
    /// Its bytes are back, from there.
    From(String),
    /// They are not.
    Failed(String),
}

/// Fetches what can be fetched.
pub(super) async fn refill(
    store: &Store,
    damaged: &[KnownDamage],
    (context, interrupt): (&Context, &Interrupt),
) -> Result<HashMap<Digest, Refill>, CliError> {
    let (mut lost, mut done) = (Vec::new(), HashMap::new());
    for damage in damaged {
        match named(store, damage).await? {
            Some(blob) => {
                let places = damage.breaks.iter().map(|broken| Location::Store(broken.repository.clone()));
                let mut places: Vec<Location> = places.collect();
                places.dedup();
                lost.push(LostBlob { blob, places });
            }
            None => {
                done.insert(damage.digest, Refill::Failed("no image needs it".to_owned()));
            }
        }
    }
    let mirrors = &context.config()?.mirrors;
    let engine = engine(context, Arc::new(Silent), interrupt.token().clone()).await?;
    let report = engine.refill(mirrors, context.places()?, &lost).await;
    for (mirror, cause) in &report.failures {
        context.talk.insist(&format!("warning: {mirror} was not asked: {}", with_causes(cause)));
    }
    done.extend(report.blobs.into_iter().map(|(digest, refilled)| (digest, refilled.into())));
    Ok(done)
}

/// The blob as an image names it.
async fn named(store: &Store, damage: &KnownDamage) -> Result<Option<Descriptor>, CliError> {
    for broken in &damage.breaks {
        let reference = TagOrDigest::Digest(broken.manifest);
        let manifest = store.repository(broken.repository.clone()).manifest(&reference).await;
        let manifest =
            manifest.map_err(|cause| Failure::other("cannot read an image of the store", cause))?;
        let named = manifest.parsed().blobs().find(|blob| blob.digest == damage.digest);
        if let Some(named) = named {
            return Ok(Some(named.clone()));
        }
    }
    Ok(None)
}

impl From<Refilled> for Refill {
    fn from(refilled: Refilled) -> Self {
        match refilled {
            Refilled::From { source } => Self::From(source.to_string()),
            Refilled::NoMirror => Self::Failed("no mirror brings the images that need it".to_owned()),
            Refilled::Failed { source, cause } => Self::Failed(format!("{source}: {}", with_causes(&cause))),
        }
    }
}
