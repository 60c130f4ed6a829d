//! `portolan tags`.

use clap::Args;
use portolan_oci::Tag;
use portolan_transport::Endpoint;
use serde::Serialize;

use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Lists the tags of a repository, a layout or an archive
#[derive(Debug, Args)]
#[command(after_help = "\
Printed is a tag per line, sorted; as JSON: {\"repository\", \"tags\": []}

Examples:
  portolan tags debian
  portolan tags oci:/mnt/usb/app --output json")]
pub(crate) struct TagsArguments {
    /// The repository, layout or archive
    #[arg(value_name = "REPO", value_parser = parse_endpoint)]
    repository: Endpoint,
}

#[derive(Serialize)]
struct Tags {
    repository: String,
    tags: Vec<Tag>,
}

pub(super) async fn run(arguments: &TagsArguments, context: &Context) -> Result<Outcome, CliError> {
    let Endpoint { location, tag, digest } = &arguments.repository;
    if tag.is_some() || digest.is_some() {
        let problem = format!("{} names one image: tags are those of a repository", arguments.repository);
        return Err(CliError::from(Failure::Usage(problem)).with_hint(format!("portolan tags {location}")));
    }
    let mut tags = match context.source(location).await?.tags().await {
        Err(error) if error.is_not_found() => {
            return Err(Failure::NotFound(format!("{location} was not found")).into());
        }
        tags => tags?,
    };
    tags.sort_unstable();
    tags.dedup();
    let data = Tags { repository: location.to_string(), tags };
    context.output.data(&data, |data| data.tags.iter().map(|tag| format!("{tag}\n")).collect())?;
    Ok(Outcome::Done)
}
