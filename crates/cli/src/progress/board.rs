//! The counts of work under way, and what is worth a line.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use portolan_sync::{Counts, Event, Observer, Snapshot};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::note::{Note, Reader};
use crate::arguments::ProgressMode;

/// Notes that wait to be printed; what comes when it is full is counted and dropped.
const QUEUE: usize = 1024;

/// The counts of work under way, and where notes of it go.
#[derive(Debug)]
pub(crate) struct Board {
    reader: Reader,
    counts: Counts,
    unsaid: AtomicU64,
    notes: Sender<Note>,
}

impl Board {
    /// An empty board, and the notes that will be made.
    pub(crate) fn new(mode: ProgressMode) -> (Arc<Self>, Receiver<Note>) {
        let (notes, receiver) = channel(QUEUE);
        let reader = if mode == ProgressMode::Json { Reader::Program } else { Reader::Human };
        let board = Self { reader, counts: Counts::default(), unsaid: AtomicU64::default(), notes };
        (Arc::new(board), receiver)
    }

    /// The counts now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.counts.snapshot()
    }

    /// How many notes were dropped since it was last asked.
    pub(crate) fn take_unsaid(&self) -> u64 {
        self.unsaid.swap(0, Relaxed)
    }
}

impl Observer for Board {
    fn observe(&self, event: Event) {
        if let Some(note) = Note::of(&event, self.reader)
            && let Err(TrySendError::Full(_)) = self.notes.try_send(note)
        {
            self.unsaid.fetch_add(1, Relaxed);
        }
        self.counts.count(&event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_find_no_room_are_counted() {
        let (board, mut notes) = Board::new(ProgressMode::Plain);
        for _ in 0..QUEUE + 3 {
            board.observe(Event::Warning { message: "odd".into() });
        }
        assert_eq!(board.take_unsaid(), 3);
        assert_eq!(board.take_unsaid(), 0);
        assert_eq!(notes.try_recv(), Ok(Note::Notable("warning: odd".into())));
    }
}
