//! Events, for programs: an object a line.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::note::Note;
use super::view::View;
use crate::talk::Talk;
use portolan_server::wire::ProgressData;
use portolan_sync::Snapshot;

/// The least time between two events about how far it is.
const PAUSE: Duration = Duration::from_secs(1);

/// Events.
pub(super) struct Json {
    talk: Talk,
    last: Instant,
}

/// How far it is.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename = "progress")]
struct Progress {
    #[serde(flatten)]
    now: ProgressData,
    bytes_per_second: u64,
}

impl Json {
    pub(super) fn new(talk: Talk) -> Self {
        Self { talk, last: Instant::now() }
    }
}

impl View for Json {
    fn note(&mut self, note: Note) {
        if let Note::Event(event) = note {
            self.talk.event(&event);
        }
    }

    fn draw(&mut self, now: &Snapshot, rate: u64) {
        if now.blobs == 0 || self.last.elapsed() < PAUSE {
            return;
        }
        self.last = Instant::now();
        self.talk.event(&Progress { now: ProgressData::from(now), bytes_per_second: rate });
    }

    fn end(&mut self) {}
}
