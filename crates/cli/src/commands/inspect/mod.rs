//! `portolan inspect`.

mod data;
mod gather;
mod text;

use clap::Args;
use portolan_oci::{Manifest, Platform, RawManifest};
use portolan_transport::{Endpoint, Source};

use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::look::{for_platform, read_blob};
use crate::outcome::Outcome;

/// Shows what an image is made of
#[derive(Debug, Args)]
#[command(after_help = "\
Of an index each manifest is read, to tell how large it is.

Examples:
  portolan inspect debian:12
  portolan inspect --platform linux/arm64 debian:12
  portolan inspect --raw oci:/mnt/usb/app:1.0 | sha256sum
  portolan inspect --image-config debian:12 --platform linux/amd64

As JSON:
  {\"name\", \"digest\", \"media_type\", \"artifact_type\", \"size\", \"content\", \"subject\",
   \"manifests\": [{\"platform\", \"artifact_type\", \"media_type\", \"digest\", \"size\", \"content\"}],
   \"config\": {\"media_type\", \"digest\", \"size\", \"platform\", \"created\", \"labels\": {}},
   \"layers\": [{\"media_type\", \"digest\", \"size\"}], \"annotations\": {},
   \"referrers\": [{\"artifact_type\", \"media_type\", \"digest\", \"size\"}]}
`size` is that of a manifest or blob itself, `content` that of what it names; there is `manifests`
for an index, `config` and `layers` for an image.")]
pub(crate) struct InspectArguments {
    /// The image
    #[arg(value_name = "REF", value_parser = parse_endpoint)]
    image: Endpoint,
    /// Shows the manifest for this platform in place of the index that names it
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Prints the bytes of the manifest as they are
    #[arg(long, conflicts_with = "image_config")]
    raw: bool,
    /// Prints the bytes of the configuration as they are
    #[arg(long)]
    image_config: bool,
}

pub(super) async fn run(arguments: &InspectArguments, context: &Context) -> Result<Outcome, CliError> {
    let (source, reference) = context.image(&arguments.image).await?;
    let mut manifest = context.manifest(&*source, &reference).await?;
    if let Some(platform) = &arguments.platform {
        manifest = for_platform(&*source, manifest, platform).await?;
    }
    if arguments.raw {
        context.output.bytes(manifest.bytes())?;
    } else if arguments.image_config {
        context.output.bytes(&config(&*source, &manifest).await?)?;
    } else {
        let name = source.location().with(Some(&reference));
        let data = gather::gather(&*source, name, &manifest).await?;
        context.output.data(&data, text::text)?;
    }
    Ok(Outcome::Done)
}

async fn config(source: &dyn Source, manifest: &RawManifest) -> Result<Vec<u8>, CliError> {
    match manifest.parsed() {
        Manifest::Image(image) => match &image.config {
            Some(config) => read_blob(source, config).await,
            None => Err(Failure::NotFound(format!("{} has no configuration", manifest.digest())).into()),
        },
        Manifest::Index(_) => {
            let problem = format!("{} is an index, which has no configuration", manifest.digest());
            Err(CliError::from(Failure::NotFound(problem))
                .with_hint("--platform OS/ARCH chooses one of its images"))
        }
    }
}
