//! `picture-book load`.

use clap::Args;
use portolan_catalog::RunOutcome;
use portolan_config::picture_book::{BookRegistry, PictureBook};

use super::rounds::{rounds, voice};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;

/// Fills registries once
///
/// An image that fails does not hold up the others; the exit code is 4 then.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picture-book load --registry my-registry.com
  picture-book load --all")]
pub(super) struct LoadArguments {
    /// The registry, by its `hostname`
    #[arg(long, value_name = "HOST", default_value = "", hide_default_value = true)]
    registry: String,
    /// All registries, one after the other
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(
    arguments: &LoadArguments,
    book: &PictureBook,
    context: &Context,
) -> Result<Outcome, CliError> {
    let registries = chosen(arguments, book)?;
    Interrupt::over(&context.talk, async |interrupt| {
        let voice = voice(book, context);
        let rounds = rounds(context, &voice).await?;
        let mut outcomes = Vec::new();
        for registry in registries {
            let mirror = registry.mirror();
            let mirror = mirror.map_err(|cause| Failure::other("a registry cannot be filled", cause))?;
            let ended = rounds.synchronize(registry, &mirror, interrupt.token()).await;
            outcomes.push(match ended {
                Ok(report) => outcome(report.outcome),
                Err(cause) => {
                    let error = CliError::from(Failure::from(cause));
                    voice.complain(&format!("{}: {}", registry.hostname, error.text(context)));
                    error.outcome()
                }
            });
        }
        voice.say("Done!");
        Ok(Outcome::of_all(outcomes))
    })
    .await
}

fn chosen<'b>(arguments: &LoadArguments, book: &'b PictureBook) -> Result<Vec<&'b BookRegistry>, Failure> {
    if arguments.all {
        return Ok(book.registries.iter().collect());
    }
    let name = &arguments.registry;
    if name.is_empty() {
        let text = "you must supply a registry hostname to load a single registry, or pass the --all flag to load all \
                    registries";
        return Err(Failure::Usage(text.to_owned()));
    }
    let found = book.registries.iter().find(|registry| registry.hostname.as_str() == name);
    Ok(vec![found.ok_or_else(|| Failure::NotFound(format!("could not find provided registry {name}")))?])
}

fn outcome(ended: RunOutcome) -> Outcome {
    match ended {
        RunOutcome::Done => Outcome::Done,
        RunOutcome::Partly => Outcome::Partial,
        RunOutcome::Failed => Outcome::Failed,
        RunOutcome::Interrupted => Outcome::Interrupted,
    }
}
