//! The span of a run, for traces.

use portolan_transport::TRACES;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::{SyncError, SyncReport};

/// A run of this mirror.
pub(super) fn of_run(mirror: &str) -> Span {
    info_span!(
        target: TRACES,
        "run",
        otel.name = %format_args!("run {mirror}"),
        otel.status_code = Empty,
        portolan.mirror = mirror,
        portolan.outcome = Empty,
        portolan.images.copied = Empty,
        portolan.images.skipped = Empty,
        portolan.images.failed = Empty,
        portolan.bytes = Empty,
    )
}

/// Notes how it ended.
pub(super) fn note_run(span: &Span, ended: &Result<SyncReport, SyncError>) {
    match ended {
        Ok(SyncReport { outcome, totals, .. }) => {
            span.record("portolan.outcome", outcome.name());
            span.record("portolan.images.copied", totals.copied);
            span.record("portolan.images.skipped", totals.skipped);
            span.record("portolan.images.failed", totals.failed);
            span.record("portolan.bytes", totals.bytes);
        }
        Err(_) => {
            span.record("otel.status_code", "ERROR");
        }
    }
}
