//! One line that changes.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::note::Note;
use super::view::{View, words};
use crate::talk::Talk;
use portolan_sync::Snapshot;

/// One line that changes.
pub(super) struct Spinner {
    talk: Talk,
    line: ProgressBar,
}

impl Spinner {
    pub(super) fn new(talk: Talk) -> Self {
        let lines = MultiProgress::new();
        let line = lines.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            line.set_style(style);
        }
        line.set_message("looking at the source");
        talk.mind(Some(lines));
        Self { talk, line }
    }
}

impl View for Spinner {
    fn note(&mut self, note: Note) {
        if let Note::Notable(text) = note {
            self.talk.say(&text);
        }
    }

    fn draw(&mut self, now: &Snapshot, rate: u64) {
        if now.blobs > 0 {
            self.line.set_message(words(now, rate));
        }
        self.line.tick();
    }

    fn end(&mut self) {
        self.line.finish_and_clear();
        self.talk.mind(None);
    }
}
