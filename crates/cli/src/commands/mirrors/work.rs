//! What the commands about mirrors share: the chosen mirrors, and an engine.

use std::sync::Arc;

use portolan_config::Config;
use portolan_sync::{CopyError, Engine, EngineOptions, Mirror, Observer, PruneReport, TargetChecks};
use portolan_transport::TransportError;
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// The mirrors of the configuration that were named; all of them if none was.
pub(super) fn chosen(names: &[String], context: &Context) -> Result<Vec<Mirror>, CliError> {
    let all = &context.config()?.mirrors;
    if all.is_empty() {
        let problem = Failure::Refused("the configuration has no mirrors".to_owned());
        return Err(
            CliError::from(problem).with_hint("`mirrors` in portolan.yaml says what is mirrored where")
        );
    }
    if names.is_empty() {
        return Ok(all.to_vec());
    }
    let find = |name: &String| {
        let known = || all.iter().map(|mirror| mirror.name.as_str());
        all.iter().find(|mirror| mirror.name.as_str() == name).cloned().ok_or_else(|| {
            let names = known().collect::<Vec<_>>().join(", ");
            CliError::from(Failure::NotFound(format!("no mirror has the name {name}")))
                .with_hint(format!("the mirrors: {names}"))
        })
    };
    names.iter().map(find).collect()
}

/// An engine for a run over mirrors.
pub(in crate::commands) async fn engine(
    context: &Context,
    observer: Arc<dyn Observer>,
    cancelled: CancellationToken,
) -> Result<Engine, CliError> {
    Ok(Engine::new(context.journal().await?, engine_options(&context.config()?.config), observer, cancelled))
}

/// How runs of mirrors work, as the configuration says.
pub(in crate::commands) fn engine_options(config: &Config) -> EngineOptions {
    EngineOptions {
        parallel_blobs: config.limits.concurrency.into(),
        ..EngineOptions::new(config.data.join("spool"))
    }
}

/// Who runs a mirror, in words for others who want to.
pub(super) fn owner(command: &str) -> String {
    format!("portolan {command} (process {})", std::process::id())
}

/// Says where a prune touched nothing, and what of it failed.
pub(super) fn tell_prune(report: &PruneReport, context: &Context) -> Vec<Outcome> {
    for unwanted in &report.unwanted {
        context.talk.insist(&format!("warning: {unwanted}"));
    }
    let tell = |(target, cause): (&String, &CopyError)| {
        let mut error = CliError::from(cause.clone());
        if let Some(TransportError::Unsupported { .. }) = cause.transport() {
            error =
                error.with_hint("the registry must be set up to allow deleting, or the mirror not to prune");
        }
        if !matches!(cause, CopyError::Cancelled) {
            context.talk.insist(&format!("{target}: {}", error.text(context)));
        }
        error.outcome()
    };
    report.failures.iter().map(|failure| tell((&failure.target, &failure.cause))).collect()
}

/// What is said in front of an error of a mirror: its name, where there are several.
pub(super) fn of_several(mirrors: &[Mirror], mirror: &Mirror) -> String {
    if mirrors.len() > 1 { format!("{}: ", mirror.name) } else { String::new() }
}

/// Says which mirrors failed, each with the text that says which one it is.
pub(super) fn tell_errors(errors: Vec<(String, CliError)>, context: &Context) -> Vec<Outcome> {
    let tell = |(of, error): (String, CliError)| {
        context.talk.insist(&format!("{of}{}", error.text(context)));
        error.outcome()
    };
    errors.into_iter().map(tell).collect()
}

/// How much targets are asked.
#[derive(Debug, clap::Args)]
pub(super) struct Checks {
    /// Believes what earlier runs have seen at the targets, and asks them nothing
    #[arg(long, conflicts_with = "verify_targets")]
    trust_journal: bool,
    /// Asks the targets about every image, also where an earlier run has seen it within a day
    #[arg(long)]
    verify_targets: bool,
}

impl Checks {
    pub(super) fn wanted(&self) -> TargetChecks {
        match (self.trust_journal, self.verify_targets) {
            (true, _) => TargetChecks::Trust,
            (_, true) => TargetChecks::All,
            _ => TargetChecks::Rolling,
        }
    }
}
