//! Bars on a terminal: one for the whole, one for each blob under way.

use std::collections::HashMap;
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::note::{Note, short};
use super::view::{View, words};
use crate::output::Bytes;
use crate::talk::Talk;
use portolan_sync::{Snapshot, Transfer};

/// How many blobs have a bar of their own at once.
const MOST: usize = 8;

/// Bars.
pub(super) struct Bars {
    talk: Talk,
    bars: MultiProgress,
    total: ProgressBar,
    blobs: HashMap<usize, (Arc<Transfer>, ProgressBar)>,
}

impl Bars {
    pub(super) fn new(talk: Talk) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        let total = bars.add(ProgressBar::new(1));
        total.set_style(style("{spinner} [{bar:20}] {wide_msg}"));
        total.set_message("looking at the source");
        talk.mind(Some(bars.clone()));
        Self { talk, bars, total, blobs: HashMap::new() }
    }

    fn show(&mut self, transfer: &Arc<Transfer>, targets: u64) {
        let key = Arc::as_ptr(transfer).addr();
        if !self.blobs.contains_key(&key) && self.blobs.len() >= MOST {
            return;
        }
        let (_, bar) = self.blobs.entry(key).or_insert_with(|| {
            let bar = self.bars.insert_before(&self.total, ProgressBar::new(transfer.size.max(1)));
            bar.set_style(style("  [{bar:20}] {wide_msg}"));
            (Arc::clone(transfer), bar)
        });
        let sent = transfer.sent();
        let target = if targets > 1 { format!(" -> {}", transfer.target) } else { String::new() };
        let (digest, size) = (short(&transfer.digest), Bytes(transfer.size));
        bar.set_position(sent);
        bar.set_message(format!("{digest} {} of {size}{target}", Bytes(sent)));
    }
}

impl View for Bars {
    fn note(&mut self, note: Note) {
        if let Note::Notable(text) = note {
            self.talk.say(&text);
        }
    }

    fn draw(&mut self, now: &Snapshot, rate: u64) {
        let gone: Vec<usize> = self
            .blobs
            .iter()
            .filter(|(_, (shown, _))| !now.transfers.iter().any(|transfer| Arc::ptr_eq(transfer, shown)))
            .map(|(key, _)| *key)
            .collect();
        for key in gone {
            if let Some((_, bar)) = self.blobs.remove(&key) {
                bar.finish_and_clear();
                self.bars.remove(&bar);
            }
        }
        now.transfers.iter().for_each(|transfer| self.show(transfer, now.targets));
        if now.blobs > 0 {
            self.total.set_length(now.total.max(1));
            self.total.set_position(now.position);
            self.total.set_message(words(now, rate));
        }
        self.total.tick();
    }

    fn end(&mut self) {
        for (_, bar) in self.blobs.values() {
            bar.finish_and_clear();
        }
        self.total.finish_and_clear();
        self.talk.mind(None);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
