//! `portolan copy`.

mod plan;
mod report;

use clap::Args;
use portolan_oci::Platform;
use portolan_sync::{CopyError, CopyReport, Engine, EngineOptions, ImageOutcome};
use portolan_transport::Endpoint;

use self::plan::Plan;
use crate::arguments::parse_endpoint;
use crate::context::Context;
use crate::error::CliError;
use crate::interrupt::Interrupt;
use crate::outcome::Outcome;
use crate::progress::{Board, Progress};

/// Copies an image with everything that belongs to it
///
/// All platforms go along, and what refers to the image: signatures, SBOMs, attestations. Manifests arrive
/// byte for byte, the tag is set last. What a target has is not sent again, and an interrupted copy goes on
/// where it was when the same command is run again.
#[derive(Debug, Args)]
#[command(after_help = "\
A target without a tag gets the tag of the source; of an image named by digest, the digest only.
Several targets are fed from one reading of the source.

Examples:
  portolan copy debian:12 registry.example.com/base/debian:12
  portolan copy registry.example.com/app:1.0 oci:/mnt/usb/app oci-archive:app.tar
  portolan copy --platform linux/arm64 debian:12 docker-archive:debian.tar:12

Printed is a line per target; as JSON:
  {\"totals\": {\"images\", \"copied\", \"skipped\", \"deleted\", \"failed\", \"blobs\", \"mounted\", \"bytes\"},
   \"images\": [{\"source\", \"target\", \"digest\", \"outcome\", \"from\", \"bytes\", \"error\"}]}")]
pub(crate) struct CopyArguments {
    /// The image
    #[arg(value_name = "SRC", value_parser = parse_endpoint)]
    source: Endpoint,
    /// Where it goes
    #[arg(value_name = "DST", value_parser = parse_endpoint, required = true)]
    targets: Vec<Endpoint>,
    /// Copies only the manifest for this platform, in place of the index that names it
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Leaves signatures, SBOMs and attestations behind
    #[arg(long)]
    no_referrers: bool,
    /// Blobs whose bytes are under way at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    parallel: Option<u16>,
}

pub(super) async fn run(arguments: &CopyArguments, context: &Context) -> Result<Outcome, CliError> {
    Interrupt::over(&context.talk, async |interrupt| copy(arguments, context, interrupt).await).await
}

async fn copy(
    arguments: &CopyArguments,
    context: &Context,
    interrupt: &Interrupt,
) -> Result<Outcome, CliError> {
    let plan = tokio::select! {
        biased;
        () = interrupt.token().cancelled() => return Err(CopyError::Cancelled.into()),
        plan = Plan::make(arguments, context) => plan?,
    };
    let (board, notes) = Board::new(context.global.progress);
    let options = options(arguments, context)?;
    let journal = context.journal().await?;
    let engine = Engine::new(journal.clone(), options, board.clone(), interrupt.token().clone());
    let progress = Progress::show(context.global.progress, &context.talk, &board, notes);
    let mut report = tokio::select! {
        // A copy that fails for want of the journal ends at the same moment: what is wrong with it is told first.
        biased;
        Err(cause) = journal.opened() => return Err(cause.into()),
        report = engine.copy(&plan.request) => report,
    };
    close(&plan, &mut report).await;
    plan.complete(&mut report);
    progress.end().await;
    report::tell(&plan, &report, context).await
}

fn options(arguments: &CopyArguments, context: &Context) -> Result<EngineOptions, CliError> {
    let config = &context.config()?.config;
    let mut options = EngineOptions::new(config.data.join("spool"));
    options.parallel_blobs = match arguments.parallel {
        Some(parallel) => parallel.into(),
        None => options.parallel_blobs.min(config.limits.concurrency.into()),
    };
    Ok(options)
}

/// Lets every place that has the image make it durable and visible.
async fn close(plan: &Plan, report: &mut CopyReport) {
    for place in &plan.places {
        let mut reports: Vec<_> = report
            .targets
            .iter_mut()
            .zip(&plan.request.targets)
            .filter(|(_, to)| to.target.location() == place.location())
            .map(|(report, _)| report)
            .collect();
        if reports.iter().all(|report| matches!(report.outcome, ImageOutcome::Failed(_))) {
            continue;
        }
        if let Err(cause) = place.close().await {
            let error = CopyError::Target { place: place.location().to_string(), cause: cause.into() };
            for report in &mut reports {
                report.outcome = ImageOutcome::Failed(error.clone());
            }
        }
    }
}
