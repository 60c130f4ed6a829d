//! The task that draws.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Board;
use super::bars::Bars;
use super::json::Json;
use super::note::Note;
use super::plain::{Detail, Plain};
use super::rate::Rate;
use super::spinner::Spinner;
use super::view::{TICK, View};
use crate::arguments::ProgressMode;
use crate::talk::Talk;

/// Progress that is being shown, until it is [ended](Self::end).
#[derive(Debug)]
pub(crate) struct Progress {
    ended: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show what is on the board.
    pub(crate) fn show(mode: ProgressMode, talk: &Talk, board: &Arc<Board>, notes: Receiver<Note>) -> Self {
        let ended = CancellationToken::new();
        if talk.is_quiet() {
            return Self { ended, task: None };
        }
        let view = view(mode, talk.clone());
        let ticker =
            Ticker { view, board: Arc::clone(board), notes, talk: talk.clone(), ended: ended.clone() };
        Self { ended, task: Some(tokio::spawn(ticker.run())) }
    }

    /// Shows what is left to show, and takes away what was drawn.
    pub(crate) async fn end(self) {
        self.ended.cancel();
        if let Some(Err(error)) = match self.task {
            Some(task) => Some(task.await),
            None => None,
        } {
            tracing::warn!(%error, "progress could not be shown");
        }
    }
}

fn view(mode: ProgressMode, talk: Talk) -> Box<dyn View> {
    match mode {
        ProgressMode::Auto if io::stderr().is_terminal() && !console::is_dumb() => Box::new(Bars::new(talk)),
        ProgressMode::Auto | ProgressMode::Plain => Box::new(Plain::new(talk, Detail::Little)),
        ProgressMode::Bars => Box::new(Bars::new(talk)),
        ProgressMode::Spinner => Box::new(Spinner::new(talk)),
        ProgressMode::Json => Box::new(Json::new(talk)),
        ProgressMode::Detailed => Box::new(Plain::new(talk, Detail::Everything)),
    }
}

struct Ticker {
    view: Box<dyn View>,
    board: Arc<Board>,
    notes: Receiver<Note>,
    talk: Talk,
    ended: CancellationToken,
}

impl Ticker {
    async fn run(mut self) {
        let mut rate = Rate::new();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.ended.cancelled() => break,
                _ = ticks.tick() => {
                    self.say_notes();
                    let now = self.board.snapshot();
                    let rate = rate.sample(Instant::now(), now.moved);
                    self.view.draw(&now, rate);
                }
            }
        }
        self.say_notes();
        self.view.end();
    }

    fn say_notes(&mut self) {
        while let Ok(note) = self.notes.try_recv() {
            self.view.note(note);
        }
        let unsaid = self.board.take_unsaid();
        if unsaid > 0 {
            self.talk.say(&format!("… {unsaid} more lines were not shown"));
        }
    }
}
