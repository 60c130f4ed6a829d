//! `portolan store verify`.

use std::collections::HashMap;

use clap::Args;
use portolan_catalog::Broken;
use portolan_oci::{Digest, with_causes};
use portolan_store::{DamagedBlob, VerifyObserver};
use serde::Serialize;

use super::refill::{Refill, refill};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;

/// Reads all blobs of the store and says which are damaged
///
/// A damaged blob is taken aside: nobody pulls it any more, and the next push of it puts it right. The images that
/// need it are named, also when it was found earlier.
#[derive(Debug, Args)]
#[command(after_help = "\
With --refill, damaged blobs are fetched again from the sources of the mirrors that bring the images which need them.

It ends with exit code 1 if something is damaged and was not fetched again. As JSON:
  {\"blobs\", \"bytes\", \"damaged\": [{\"digest\", \"cause\", \"images\": [], \"refill\": {\"from\"} or {\"failed\"}}],
   \"unread\": [{\"digest\", \"cause\"}]}

Examples:
  portolan store verify
  portolan store verify --refill
  portolan store verify --output json")]
pub(super) struct VerifyArguments {
    /// Fetch damaged blobs again from where mirrors bring their images
    #[arg(long)]
    refill: bool,
}

#[derive(Serialize)]
struct Report {
    blobs: u64,
    bytes: u64,
    damaged: Vec<Damaged>,
    unread: Vec<Unread>,
}

#[derive(Serialize)]
struct Damaged {
    digest: Digest,
    cause: String,
    images: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refill: Option<Refill>,
}

#[derive(Serialize)]
struct Unread {
    digest: Digest,
    cause: String,
}

/// Nobody watches.
struct Unseen;

impl VerifyObserver for Unseen {
    fn checked(&self, _: &Digest, _: u64) {}
}

pub(super) async fn run(arguments: &VerifyArguments, context: &Context) -> Result<Outcome, CliError> {
    Interrupt::over(&context.talk, async |interrupt| verify(arguments, context, interrupt).await).await
}

async fn verify(
    arguments: &VerifyArguments,
    context: &Context,
    interrupt: &Interrupt,
) -> Result<Outcome, CliError> {
    let opened = context.store()?.store().await;
    let store = opened.map_err(|cause| Failure::other("cannot open the store", cause))?;
    let verified = store.verify(None, &Unseen).await;
    let verified = verified.map_err(|cause| Failure::other("the store cannot be verified", cause))?;
    let damaged = store.damaged().await;
    let damaged = damaged.map_err(|cause| Failure::other("the catalogue cannot be read", cause))?;
    let mut refills = match arguments.refill {
        true => refill(store, &damaged, (context, interrupt)).await?,
        false => HashMap::new(),
    };
    let found: HashMap<&Digest, &DamagedBlob> =
        verified.damaged.iter().map(|blob| (&blob.key.digest, blob)).collect();
    let damaged = damaged.iter().map(|damage| Damaged {
        digest: damage.digest,
        cause: match found.get(&damage.digest) {
            Some(found) => found.wrong.to_string(),
            None => format!("it was found damaged on {}", damage.since.strftime("%F at %H:%M UTC")),
        },
        images: damage.breaks.iter().map(image).collect(),
        refill: refills.remove(&damage.digest),
    });
    let unread =
        verified.unread.iter().map(|(digest, cause)| Unread { digest: *digest, cause: with_causes(cause) });
    let report = Report {
        blobs: verified.blobs,
        bytes: verified.bytes,
        damaged: damaged.collect(),
        unread: unread.collect(),
    };
    context.output.data(&report, text)?;
    let sound = report.damaged.iter().all(Damaged::is_back) && report.unread.is_empty();
    Ok(if sound { Outcome::Done } else { Outcome::Failed })
}

impl Damaged {
    fn is_back(&self) -> bool {
        matches!(self.refill, Some(Refill::From(_)))
    }
}

/// An image as it is named.
fn image(broken: &Broken) -> String {
    match &broken.tag {
        Some(tag) => format!("{}:{tag}", broken.repository),
        None => format!("{}@{}", broken.repository, broken.manifest),
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for Damaged { digest, cause, images, refill } in &report.damaged {
        text.push_str(&format!("{digest}: {cause}\n"));
        for image in images {
            text.push_str(&format!("  breaks {image}\n"));
        }
        match refill {
            Some(Refill::From(source)) => text.push_str(&format!("  fetched again from {source}\n")),
            Some(Refill::Failed(why)) => text.push_str(&format!("  not fetched again: {why}\n")),
            None => {}
        }
    }
    for Unread { digest, cause } in &report.unread {
        text.push_str(&format!("{digest}: could not be read: {cause}\n"));
    }
    let (blobs, damaged) = (report.blobs, report.damaged.len());
    let back = report.damaged.iter().filter(|damaged| damaged.is_back()).count();
    let back = if back > 0 { format!(", {back} fetched again") } else { String::new() };
    text.push_str(&format!("{blobs} blobs read, {damaged} damaged{back}\n"));
    text
}
