//! The span of an image, for traces.

use portolan_transport::TRACES;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::report::CopyReport;

/// An image on its way from here to its targets.
pub(crate) fn of_image(source: &str) -> Span {
    info_span!(
        target: TRACES,
        "image",
        otel.name = %format_args!("image {source}"),
        otel.status_code = Empty,
        portolan.image = source,
        portolan.digest = Empty,
        portolan.targets = Empty,
        portolan.targets.failed = Empty,
    )
}

/// Notes what became of it.
pub(crate) fn note_image(span: &Span, report: &CopyReport) {
    if span.is_disabled() {
        return;
    }
    if let Some(digest) = &report.digest {
        span.record("portolan.digest", digest.to_string());
    }
    let failed = report.targets.iter().filter(|target| target.failure().is_some()).count();
    span.record("portolan.targets", report.targets.len() as u64);
    span.record("portolan.targets.failed", failed as u64);
    if failed > 0 {
        span.record("otel.status_code", "ERROR");
    }
}
