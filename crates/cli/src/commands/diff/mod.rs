//! `portolan diff`.

mod compare;
mod config;

use std::sync::Arc;

use clap::Args;
use portolan_oci::{Digest, Platform, RawManifest};
use portolan_transport::{Endpoint, Source};
use serde::Serialize;

use self::compare::{Difference, Side, differences};
use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::CliError;
use crate::look::for_platform;
use crate::outcome::Outcome;
use crate::output::printable;

/// Compares two images
///
/// Two images with the same digest are the same. Of others it is told which platforms, layers, fields of the
/// configuration and annotations differ. What refers to them is not compared.
#[derive(Debug, Args)]
#[command(after_help = "\
The exit code is 0 if they are the same, and 1 if they differ.

Examples:
  portolan diff debian:12 registry.example.com/base/debian:12
  portolan diff --platform linux/amd64 registry.example.com/app:1.0 oci:/mnt/usb/app:1.1

As JSON:
  {\"same\", \"a\": {\"name\", \"digest\"}, \"b\": {\"name\", \"digest\"},
   \"differences\": [{\"what\", \"a\", \"b\"}]}")]
pub(crate) struct DiffArguments {
    /// An image
    #[arg(value_name = "A", value_parser = parse_endpoint)]
    a: Endpoint,
    /// Another one
    #[arg(value_name = "B", value_parser = parse_endpoint)]
    b: Endpoint,
    /// Compares the manifests for this platform in place of the indexes that name them
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
}

#[derive(Serialize)]
struct Compared {
    same: bool,
    a: Named,
    b: Named,
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Named {
    name: String,
    digest: Digest,
}

struct Found {
    source: Arc<dyn Source>,
    manifest: RawManifest,
    name: String,
}

pub(super) async fn run(arguments: &DiffArguments, context: &Context) -> Result<Outcome, CliError> {
    let a = find(&arguments.a, arguments, context).await?;
    let b = find(&arguments.b, arguments, context).await?;
    let side = |found: &Found| Side { source: Arc::clone(&found.source), manifest: found.manifest.clone() };
    let differences = differences(side(&a), side(&b)).await?;
    let named = |found: Found| Named { name: found.name, digest: *found.manifest.digest() };
    let compared = Compared { same: differences.is_empty(), a: named(a), b: named(b), differences };
    context.output.data(&compared, text)?;
    Ok(if compared.same { Outcome::Done } else { Outcome::Failed })
}

async fn find(image: &Endpoint, arguments: &DiffArguments, context: &Context) -> Result<Found, CliError> {
    let (source, reference) = context.image(image).await?;
    let mut manifest = context.manifest(&*source, &reference).await?;
    if let Some(platform) = &arguments.platform {
        manifest = for_platform(&*source, manifest, platform).await?;
    }
    let name = source.location().with(Some(&reference));
    Ok(Found { source, manifest, name })
}

fn text(compared: &Compared) -> String {
    let Compared { same, a, b, differences } = compared;
    if *same {
        return format!("same  {}", a.digest);
    }
    let mut text = format!("- {}  {}\n+ {}  {}\n", a.name, a.digest, b.name, b.digest);
    for Difference { what, a, b } in differences {
        text.push_str(&format!("\n{}\n", printable(what)));
        let sides = [("-", a), ("+", b)];
        sides.into_iter().filter_map(|(sign, side)| side.as_ref().map(|side| (sign, side))).for_each(
            |(sign, side)| {
                text.push_str(&format!("  {sign} {}\n", printable(side)));
            },
        );
    }
    text
}
