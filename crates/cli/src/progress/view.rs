//! A way to show progress.

use std::time::Duration;

use super::note::Note;
use super::rate::time_for;
use crate::output::{Bytes, Count, Span};
use portolan_sync::Snapshot;

/// A way to show progress. Called by the ticker alone.
pub(super) trait View: Send {
    /// Shows something that happened.
    fn note(&mut self, note: Note);

    /// Shows how far it is; `rate` is in bytes per second.
    fn draw(&mut self, now: &Snapshot, rate: u64);

    /// Takes away what was drawn.
    fn end(&mut self);
}

/// How long a view waits between two drawings.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// How far it is, in words.
pub(super) fn words(now: &Snapshot, rate: u64) -> String {
    let left = time_for(now.total.saturating_sub(now.position), rate)
        .map(|left| format!(", {} left", Span(left)))
        .unwrap_or_default();
    let images = match now.images {
        0 | 1 => String::new(),
        images => format!("{} of {}, ", now.images_done, Count(images, "image")),
    };
    format!(
        "{images}{} of {}, {} of {}, {}/s{left}",
        Bytes(now.position),
        Bytes(now.total),
        now.blobs_done,
        Count(now.blobs, "blob"),
        Bytes(rate)
    )
}
