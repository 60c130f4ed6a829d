//! What has been read and not yet been taken by all.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use portolan_oci::{Verified, Verifier};
use portolan_transport::TransportError;
use tokio::sync::Notify;

use super::spool::Spool;

/// The bytes of one blob on their way to its followers.
pub(crate) struct Fanout {
    state: Mutex<State>,
    /// Woken when there is more to take.
    pub(super) arrived: Notify,
    /// Woken when something was taken.
    pub(super) taken: Notify,
    /// Woken when a follower has left or the reading has ended.
    pub(super) turned: Notify,
    window: u64,
    spool_folder: PathBuf,
}

pub(super) struct State {
    /// The last bytes read, each with the offset of its first byte.
    pub(super) pieces: VecDeque<(u64, Bytes)>,
    /// The offset behind the last byte read.
    pub(super) head: u64,
    pub(super) end: Option<End>,
    pub(super) followers: Vec<Cursor>,
    pub(super) spool: Option<Arc<Spool>>,
    /// Without a spool the slowest sets the pace, so that memory stays bounded.
    pace: Pace,
    /// What had been hashed at each chunk boundary, so that a follower can start again there.
    snapshots: BTreeMap<u64, Verifier>,
}

/// How the reading ended.
#[derive(Clone)]
pub(super) enum End {
    /// All is there, and right.
    Verified(Verified),
    /// The source failed, or what it gave is wrong.
    Failed(Arc<TransportError>),
}

/// Whom the reader waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Fastest,
    Slowest,
}

/// Where a follower is.
pub(super) struct Cursor {
    pub(super) at: u64,
    pub(super) feed: Feed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feed {
    Window,
    Spool,
    Gone,
}

/// Nobody follows any more.
#[derive(Debug)]
pub(super) struct Deserted;

impl Fanout {
    /// A fan-out that is read from `start` on, for followers that begin at `starts` (none before `start`).
    pub(crate) fn new(start: u64, starts: &[u64], window: u64, spool_folder: PathBuf) -> Arc<Self> {
        let followers = starts.iter().map(|at| Cursor { at: *at, feed: Feed::Window }).collect();
        let state = State {
            pieces: VecDeque::new(),
            head: start,
            end: None,
            followers,
            spool: None,
            pace: Pace::Fastest,
            snapshots: BTreeMap::new(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
            arrived: Notify::new(),
            taken: Notify::new(),
            turned: Notify::new(),
            window,
            spool_folder,
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the next bytes to the followers, as soon as the fastest of them has room.
    pub(super) async fn push(&self, bytes: Bytes) -> Result<(), Deserted> {
        self.wait_for_room().await?;
        // One that has nobody beside it holds up nobody.
        self.spool_for_laggards(bytes.len() as u64, 2).await;
        let spool = self.state().spool_in_use();
        if let Some(spool) = spool
            && let Err(cause) = spool.append(bytes.clone()).await
        {
            self.give_up_spooled(&cause);
        }
        {
            let mut state = self.state();
            let at = state.head;
            state.head += bytes.len() as u64;
            state.pieces.push_back((at, bytes));
            state.trim();
        }
        self.arrived.notify_waiters();
        Ok(())
    }

    /// Ends the blob: `last` are the bytes held back until the proof was there.
    pub(super) async fn end(&self, last: Option<Bytes>, verified: Verified) -> Result<(), Deserted> {
        if let Some(last) = last {
            self.push(last).await?;
        }
        self.state().end = Some(End::Verified(verified));
        self.arrived.notify_waiters();
        self.turned.notify_waiters();
        Ok(())
    }

    /// Ends the blob with a failure of the source.
    pub(super) fn fail(&self, cause: TransportError) {
        self.state().end = Some(End::Failed(Arc::new(cause)));
        self.arrived.notify_waiters();
        self.turned.notify_waiters();
    }

    /// Waits until all is read and the first follower has left. What the others have still to take lies in the
    /// spool from then on, so that it costs no memory however slow they are.
    pub(crate) async fn first_done(&self) {
        loop {
            let turned = self.turned.notified();
            tokio::pin!(turned);
            turned.as_mut().enable();
            {
                let state = self.state();
                let all_left = state.live().next().is_none();
                if all_left || (state.end.is_some() && state.live().count() < state.followers.len()) {
                    break;
                }
            }
            turned.await;
        }
        self.spool_for_laggards(self.window, 1).await;
    }

    /// The source's failure, if that is how it ended.
    pub(crate) fn source_failure(&self) -> Option<Arc<TransportError>> {
        match &self.state().end {
            Some(End::Failed(cause)) => Some(Arc::clone(cause)),
            _ => None,
        }
    }

    /// Remembers what was hashed up to a boundary.
    pub(super) fn snapshot(&self, verifier: &Verifier) {
        self.state().snapshots.insert(verifier.offset(), verifier.clone());
    }

    /// What was hashed up to the last boundary at or before `offset`.
    pub(crate) fn verifier_at(&self, offset: u64) -> Option<Verifier> {
        self.state().snapshots.range(..=offset).next_back().map(|(_, verifier)| verifier.clone())
    }

    async fn wait_for_room(&self) -> Result<(), Deserted> {
        loop {
            let taken = self.taken.notified();
            tokio::pin!(taken);
            taken.as_mut().enable();
            {
                let state = self.state();
                let places = state.live().map(|cursor| cursor.at);
                let leader = match state.pace {
                    Pace::Fastest => places.max(),
                    Pace::Slowest => places.min(),
                };
                if state.head.saturating_sub(leader.ok_or(Deserted)?) < self.window {
                    return Ok(());
                }
            }
            taken.await;
        }
    }

    /// Moves followers that would fall out of the window to the spool, if there are as many as `least`.
    async fn spool_for_laggards(&self, coming: u64, least: usize) {
        let (missing, from) = {
            let mut state = self.state();
            let horizon = (state.head + coming).saturating_sub(self.window);
            let behind = |cursor: &Cursor| cursor.feed == Feed::Window && cursor.at < horizon;
            let too_few = state.live().count() < least;
            if state.pace == Pace::Slowest || too_few || !state.followers.iter().any(behind) {
                return;
            }
            let first = state.followers.iter().filter(|c| behind(c)).map(|c| c.at).min();
            // One that begins further on has nothing to catch up with, but what comes is contiguous.
            let from = first.unwrap_or(state.head).min(state.head);
            if state.spool_in_use().is_some() {
                state.move_to_spool(horizon);
                return;
            }
            (state.since(from), from)
        };
        let made = async {
            let spool = Spool::create(&self.spool_folder, from).await?;
            for bytes in missing {
                spool.append(bytes).await?;
            }
            std::io::Result::Ok(spool)
        };
        match made.await {
            Ok(spool) => {
                let mut state = self.state();
                state.spool = Some(Arc::new(spool));
                let horizon = (state.head + coming).saturating_sub(self.window);
                // One that moved on meanwhile stays in the window.
                state.move_to_spool(horizon);
                state.trim();
            }
            Err(cause) => {
                tracing::warn!(%cause, "no spool: a slow target holds up the others");
                self.state().pace = Pace::Slowest;
            }
        }
    }

    /// The disk of the spool is full: those who depend on it cannot go on from here, and are told so.
    fn give_up_spooled(&self, cause: &std::io::Error) {
        tracing::warn!(%cause, "the spool failed: slow targets start again later");
        let mut state = self.state();
        for cursor in &mut state.followers {
            if cursor.feed == Feed::Spool {
                cursor.feed = Feed::Gone;
            }
        }
        state.spool = None;
        state.pace = Pace::Slowest;
        drop(state);
        self.arrived.notify_waiters();
    }
}

impl State {
    fn live(&self) -> impl Iterator<Item = &Cursor> {
        self.followers.iter().filter(|cursor| cursor.feed != Feed::Gone)
    }

    /// The bytes from `offset` to the head.
    fn since(&self, offset: u64) -> Vec<Bytes> {
        self.pieces
            .iter()
            .filter(|(at, bytes)| at + bytes.len() as u64 > offset)
            .map(|(at, bytes)| bytes.slice(usize::try_from(offset.saturating_sub(*at)).unwrap_or_default()..))
            .collect()
    }

    /// The spool, if anybody still reads from it.
    fn spool_in_use(&mut self) -> Option<Arc<Spool>> {
        if !self.followers.iter().any(|cursor| cursor.feed == Feed::Spool) {
            self.spool = None;
        }
        self.spool.clone()
    }

    fn move_to_spool(&mut self, horizon: u64) {
        for cursor in &mut self.followers {
            if cursor.feed == Feed::Window && cursor.at < horizon {
                cursor.feed = Feed::Spool;
            }
        }
    }

    /// Drops what every follower of the window has taken.
    pub(super) fn trim(&mut self) {
        let needed = self
            .followers
            .iter()
            .filter(|cursor| cursor.feed == Feed::Window)
            .map(|cursor| cursor.at)
            .min()
            .unwrap_or(self.head);
        while self.pieces.front().is_some_and(|(at, bytes)| at + bytes.len() as u64 <= needed) {
            self.pieces.pop_front();
        }
    }

    /// Up to `limit` bytes at `at`, if they are in the window.
    pub(super) fn take(&self, at: u64, limit: u64) -> Option<Bytes> {
        let index = self.pieces.partition_point(|(start, bytes)| start + bytes.len() as u64 <= at);
        let (start, bytes) = self.pieces.get(index)?;
        let skip = usize::try_from(at.checked_sub(*start)?).ok()?;
        let len = (bytes.len() - skip).min(usize::try_from(limit).unwrap_or(usize::MAX));
        Some(bytes.slice(skip..skip + len))
    }
}
