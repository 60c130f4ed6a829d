//! Lines, for logs and pipes.

use std::time::Duration;

use tokio::time::Instant;

use super::note::Note;
use super::view::{View, words};
use crate::talk::Talk;
use portolan_sync::Snapshot;

/// The least time between two lines about how far it is.
const PAUSE: Duration = Duration::from_secs(5);

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// What an image is, and now and then how far it is.
    Little,
    /// Everything that happens.
    Everything,
}

/// Lines.
pub(super) struct Plain {
    talk: Talk,
    detail: Detail,
    last: Instant,
}

impl Plain {
    pub(super) fn new(talk: Talk, detail: Detail) -> Self {
        Self { talk, detail, last: Instant::now() }
    }
}

impl View for Plain {
    fn note(&mut self, note: Note) {
        match note {
            Note::Notable(text) | Note::Plain(text) => self.talk.say(&text),
            Note::Detail(text) if self.detail == Detail::Everything => self.talk.say(&text),
            Note::Detail(_) | Note::Event(_) => {}
        }
    }

    fn draw(&mut self, now: &Snapshot, rate: u64) {
        if !now.transfers.is_empty() && self.last.elapsed() >= PAUSE {
            self.last = Instant::now();
            self.talk.say(&words(now, rate));
        }
    }

    fn end(&mut self) {}
}
