//! What is told about a copy that has ended.

use portolan_oci::TagOrDigest;
use portolan_sync::{CopyError, CopyReport, TargetReport};
use portolan_transport::TransportError;

use super::plan::Plan;
use crate::context::Context;
use crate::error::CliError;
use crate::look::near;
use crate::outcome::Outcome;
use crate::output::Count;
use crate::report::Report;

/// Prints the report, and says what failed.
pub(super) async fn tell(plan: &Plan, report: &CopyReport, context: &Context) -> Result<Outcome, CliError> {
    let source = plan.request.source.location().with(Some(&plan.request.reference));
    let mut all = Report::default();
    all.add(&source, report);
    context.output.data(&all, Report::lines)?;
    let interrupted = report.targets.iter().any(|to| matches!(to.failure(), Some(CopyError::Cancelled)));
    if interrupted {
        context.talk.insist(&interruption(report));
    }
    let mut told = Vec::new();
    let mut outcomes = Vec::new();
    for target in &report.targets {
        let Some(cause) = target.failure() else {
            outcomes.push(Outcome::Done);
            continue;
        };
        let error = hinted(cause, plan).await;
        outcomes.push(error.outcome());
        let text = error.text(context);
        if !matches!(cause, CopyError::Cancelled) && !told.contains(&text) {
            context.talk.insist(&text);
            told.push(text);
        }
    }
    Ok(Outcome::of_all(outcomes))
}

/// The failure with what only this command knows: the tags that may have been meant, what an archive takes.
async fn hinted(cause: &CopyError, plan: &Plan) -> CliError {
    let error = CliError::from(cause.clone());
    match (cause, &plan.request.reference) {
        (CopyError::Source { cause, .. }, TagOrDigest::Tag(tag)) if cause.is_not_found() => {
            error.with_hints(near::tags(&*plan.request.source, tag).await)
        }
        (CopyError::Target { place, cause }, _)
            if place.starts_with("docker-archive:") && matches!(**cause, TransportError::Rejected { .. }) =>
        {
            error.with_hint(
"--platform OS/ARCH chooses one, --no-referrers leaves behind what refers to it; an oci-archive: takes all",
)
        }
        _ => error,
    }
}

fn interruption(report: &CopyReport) -> String {
    let (open, finished): (Vec<_>, Vec<_>) =
        report.targets.iter().partition(|target| matches!(target.failure(), Some(CopyError::Cancelled)));
    let names = |targets: &[&TargetReport]| match targets {
        [] => "nothing".to_owned(),
        targets => targets.iter().map(|to| to.target.as_str()).collect::<Vec<_>>().join(", "),
    };
    let blobs: u64 = open.iter().map(|to| to.tally.blobs_uploaded + to.tally.blobs_mounted).sum();
    format!(
        "finished: {}\nnot finished: {} ({} there)\nthe same command goes on from here",
        names(&finished),
        names(&open),
        Count(blobs, "new blob")
    )
}
