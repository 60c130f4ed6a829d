//! `portolan store verify`.

use clap::Args;
use portolan_oci::{Digest, with_causes};
use portolan_store::{DamagedBlob, VerifyObserver};
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Reads all blobs of the store and says which are damaged
///
/// A damaged blob is taken aside: nobody pulls it any more, and the next push of it puts it right. The images that
/// need it are named.
#[derive(Debug, Args)]
#[command(after_help = "\
It ends with exit code 1 if something is damaged. As JSON:
  {\"blobs\", \"bytes\", \"damaged\": [{\"digest\", \"cause\", \"images\": []}], \"unread\": [{\"digest\", \"cause\"}]}

Examples:
  portolan store verify
  portolan store verify --output json")]
pub(super) struct VerifyArguments {}

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

pub(super) async fn run(_: &VerifyArguments, context: &Context) -> Result<Outcome, CliError> {
    let opened = context.store()?.store().await;
    let store = opened.map_err(|cause| Failure::other("cannot open the store", cause))?;
    let verified = store.verify(None, &Unseen).await;
    let verified = verified.map_err(|cause| Failure::other("the store cannot be verified", cause))?;
    let unread =
        verified.unread.iter().map(|(digest, cause)| Unread { digest: *digest, cause: with_causes(cause) });
    let report = Report {
        blobs: verified.blobs,
        bytes: verified.bytes,
        damaged: verified.damaged.iter().map(Damaged::from).collect(),
        unread: unread.collect(),
    };
    context.output.data(&report, text)?;
    let sound = report.damaged.is_empty() && report.unread.is_empty();
    Ok(if sound { Outcome::Done } else { Outcome::Failed })
}

impl From<&DamagedBlob> for Damaged {
    fn from(blob: &DamagedBlob) -> Self {
        let image = |broken: &portolan_catalog::Broken| match &broken.tag {
            Some(tag) => format!("{}:{tag}", broken.repository),
            None => format!("{}@{}", broken.repository, broken.manifest),
        };
        Self {
            digest: blob.key.digest,
            cause: blob.wrong.to_string(),
            images: blob.breaks.iter().map(image).collect(),
        }
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for Damaged { digest, cause, images } in &report.damaged {
        text.push_str(&format!("{digest}: {cause}\n"));
        for image in images {
            text.push_str(&format!("  breaks {image}\n"));
        }
    }
    for Unread { digest, cause } in &report.unread {
        text.push_str(&format!("{digest}: could not be read: {cause}\n"));
    }
    let (blobs, damaged) = (report.blobs, report.damaged.len());
    text.push_str(&format!("{blobs} blobs read, {damaged} damaged\n"));
    text
}
