//! Upload sessions that nobody goes on with.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::upload_session::SESSION;
use super::{Content, UploadSession};
use crate::writer::Operation;
use crate::{CatalogError, UploadId, sql, stored};

/// Sessions of one answer.
const SESSIONS: i64 = 256;

/// What became of an idle session that was to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndIdle {
    /// It is not kept any more: its bytes may go.
    Ended,
    /// It has gone on, or has ended.
    Spared,
}

struct End {
    id: UploadId,
    token: u64,
    touched_at: i64,
}

impl Content {
    /// The sessions that were last kept before this time, the oldest first, up to 256.
    ///
    /// # Errors
    /// As any read.
    pub async fn idle_uploads(&self, before: Timestamp) -> Result<Vec<UploadSession>, CatalogError> {
        let sql = format!("{SESSION} WHERE u.touched_at < ? ORDER BY u.touched_at LIMIT ?");
        let values = [before.as_microsecond().into(), SESSIONS.into()];
        let rows = sql::all(&self.readers().await?, &sql, values).await?;
        rows.iter().map(UploadSession::read).collect()
    }

    /// Ends a session, if it is still in the state in which it was found idle.
    ///
    /// # Errors
    /// As any write.
    pub async fn end_idle_upload(&self, session: &UploadSession) -> Result<EndIdle, CatalogError> {
        let touched_at = session.touched_at.as_microsecond();
        self.writer.write(End { id: session.id, token: session.token, touched_at }).await
    }
}

#[async_trait]
impl Operation for End {
    type Reply = EndIdle;
    const NAME: &'static str = "end_idle_upload";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<EndIdle, CatalogError> {
        let sql = "DELETE FROM content_upload WHERE id = ? AND lease_token = ? AND touched_at = ?";
        let token = stored::count("token", self.token)?;
        let values = [self.id.to_string().into(), token.into(), self.touched_at.into()];
        let ended = sql::execute(transaction, sql, values).await?;
        Ok(if ended > 0 { EndIdle::Ended } else { EndIdle::Spared })
    }
}
