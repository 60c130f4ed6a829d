//! Upload sessions that nobody goes on with.

use futures::StreamExt as _;
use portolan_catalog::{EndIdle, UploadId};

use super::collect::before;
use crate::{ListedPart, Store, StoreResult};

/// Parts that are looked at together.
const PORTION: usize = 400;

impl Store {
    /// Ends sessions that lay idle for as long as the settings say, with and without a row, and says how many.
    pub(super) async fn end_idle_uploads(&self) -> StoreResult<u64> {
        let idle = self.settings().uploads.idle;
        let mut ended = self.uploads().forget_idle(idle) as u64;
        loop {
            let sessions = self.content().idle_uploads(before(idle)).await?;
            let mut gone = 0;
            for session in &sessions {
                if self.content().end_idle_upload(session).await? == EndIdle::Ended {
                    self.uploads().remove(session.id);
                    self.backend().discard(&session.id).await?;
                    gone += 1;
                }
            }
            ended += gone;
            if gone == 0 {
                break;
            }
        }
        self.remove_left_parts().await?;
        Ok(ended)
    }

    /// Parts of sessions that nobody knows any more: of processes that are gone.
    async fn remove_left_parts(&self) -> StoreResult<()> {
        let old = before(self.settings().uploads.idle);
        let mut portions = self.backend().parts().chunks(PORTION);
        while let Some(portion) = portions.next().await {
            let parts: Vec<ListedPart> = portion.into_iter().collect::<Result<_, _>>()?;
            let left: Vec<UploadId> =
                parts.iter().filter(|part| part.changed < old).map(|part| part.id).collect();
            let kept = self.content().kept_uploads(&left).await?;
            for id in left.iter().filter(|id| !kept.contains(id) && !self.uploads().has(**id)) {
                self.backend().discard(id).await?;
            }
        }
        Ok(())
    }
}
