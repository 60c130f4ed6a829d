//! `portolan openapi`.

use clap::Args;

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Prints the `OpenAPI` document of the daemon's API
#[derive(Debug, Args)]
#[command(after_help = "\
A daemon has the same at /api/openapi.json, and shows it at /api/docs.

Examples:
  portolan openapi > portolan.openapi.json")]
pub(crate) struct OpenApiArguments {}

pub(super) fn run(context: &Context) -> Result<Outcome, CliError> {
    context.output.bytes(portolan_server::doors::api::document().as_bytes())?;
    Ok(Outcome::Done)
}
