//! Writing down how far an upload has come, beside receiving.

use tokio::task::JoinHandle;

use super::open::Open;
use super::session::Session;
use crate::{PartState, Store, StoreError, StoreResult};

/// How many bytes are worth being written down while more come.
const WORTH_SAVING: u64 = 8 << 20;

/// From here on it is waited for: with the piece that comes next, no more than 16 MiB are lost with this process.
const WAITED_FOR: u64 = 15 << 20;

/// At most one writing down that is under way. To be [settled](Self::settle) before the session is anybody else's:
/// two must never be under way, or the older one might be the last.
#[derive(Debug, Default)]
pub(super) struct Saving(Option<JoinHandle<StoreResult<PartState>>>);

impl Saving {
    /// Begins to write down what has come where that is worth it, and waits where too much would be lost.
    pub(super) async fn follow(
        &mut self,
        store: &Store,
        open: &Open,
        session: &mut Session,
    ) -> StoreResult<()> {
        let ended = self.0.as_ref().is_some_and(JoinHandle::is_finished);
        if ended || session.unsaved() >= WAITED_FOR {
            self.settle(session).await?;
        }
        if self.0.is_none() && session.unsaved() >= WORTH_SAVING {
            self.0 = Some(tokio::spawn(session.begin_saving(store, open).await?));
        }
        Ok(())
    }

    /// Waits for what is under way.
    pub(super) async fn settle(&mut self, session: &mut Session) -> StoreResult<()> {
        if let Some(saving) = self.0.take() {
            session.is_saved(saving.await.unwrap_or(Err(StoreError::Closing))?);
        }
        Ok(())
    }
}
