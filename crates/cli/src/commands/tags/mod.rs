//! `portolan tags`: those of any place; in our own store also what they named, and going back to it.

mod history;
mod list;
mod rollback;

use clap::{Args, Subcommand};
use portolan_oci::{RepositoryName, Tag};
use portolan_transport::{Endpoint, Location};

use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Lists the tags of a repository, a layout or an archive
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Printed is a tag per line, sorted; as JSON: {\"repository\", \"tags\": []}

Examples:
  portolan tags debian
  portolan tags oci:/mnt/usb/app --output json
  portolan tags history store:base/debian:12
  portolan tags rollback store:base/debian:12"
)]
pub(crate) struct TagsArguments {
    /// The repository, layout or archive
    #[arg(value_name = "REPO", value_parser = parse_endpoint, required = true)]
    repository: Option<Endpoint>,
    #[command(subcommand)]
    command: Option<TagsCommand>,
}

#[derive(Debug, Subcommand)]
enum TagsCommand {
    History(history::HistoryArguments),
    Rollback(rollback::RollbackArguments),
}

pub(super) async fn run(arguments: &TagsArguments, context: &Context) -> Result<Outcome, CliError> {
    match (&arguments.command, &arguments.repository) {
        (Some(TagsCommand::History(arguments)), _) => history::run(arguments, context).await,
        (Some(TagsCommand::Rollback(arguments)), _) => rollback::run(arguments, context).await,
        (None, Some(repository)) => list::run(repository, context).await,
        (None, None) => Err(Failure::Usage("no repository is named".to_owned()).into()),
    }
}

/// A tag of our own store.
fn own_tag(endpoint: &Endpoint) -> Result<(&RepositoryName, &Tag), CliError> {
    match endpoint {
        Endpoint { location: Location::Store(repository), tag: Some(tag), digest: None } => {
            Ok((repository, tag))
        }
        _ => {
            let problem =
                format!("{endpoint} is no tag of our own store: only there is known what tags named");
            Err(CliError::from(Failure::Usage(problem)).with_hint("it is written store:REPOSITORY:TAG"))
        }
    }
}
