//! Taking over an upload session, so that one at a time appends to it.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::RepositoryName;
use sea_orm::DatabaseTransaction;

use super::upload_session::SESSION;
use super::{Content, UploadSession};
use crate::writer::Operation;
use crate::{CatalogError, UploadId, sql, stored};

/// What became of a session that was to be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeUpload {
    /// It is the caller's, with a new token, for the time that was asked for.
    Taken(Box<UploadSession>),
    /// Another has it.
    Held {
        /// Until then, unless it is taken anew.
        until: Timestamp,
    },
    /// None of this name is kept in the repository.
    NotThere,
}

struct Take {
    repository: RepositoryName,
    id: UploadId,
    /// Who, as told to nobody; the same one takes a session that it has.
    taker: String,
    now: i64,
    until: i64,
}

impl Content {
    /// Takes a session over for a time: no other may, and who had it before cannot keep its state any more.
    ///
    /// # Errors
    /// As any write.
    pub async fn take_upload(
        &self,
        repository: &RepositoryName,
        id: &UploadId,
        taker: &str,
        lasts: Duration,
    ) -> Result<TakeUpload, CatalogError> {
        let now = stored::now();
        let lasts = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
        let (repository, until) = (repository.clone(), now.saturating_add(lasts));
        self.writer.write(Take { repository, id: *id, taker: taker.to_owned(), now, until }).await
    }
}

#[async_trait]
impl Operation for Take {
    type Reply = TakeUpload;
    const NAME: &'static str = "take_upload";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<TakeUpload, CatalogError> {
        let id = self.id.to_string();
        let lease = "SELECT lease_owner, lease_until FROM content_upload WHERE id = ?";
        let rows = sql::lock(transaction, lease, [id.clone().into()]).await?;
        let Some(row) = rows.first() else { return Ok(TakeUpload::NotThere) };
        let (owner, until) = (row.get::<Option<String>>(0)?, row.get::<Option<i64>>(1)?);
        if let Some(until) = until.filter(|until| *until > self.now && owner.as_deref() != Some(&self.taker))
        {
            return Ok(TakeUpload::Held { until: stored::time(until)? });
        }
        let of_repository = format!("{SESSION} WHERE u.id = ? AND r.name = ?");
        let values = [id.clone().into(), self.repository.as_str().into()];
        let Some(row) = sql::one(transaction, &of_repository, values).await? else {
            return Ok(TakeUpload::NotThere);
        };
        let session = UploadSession::read(&row)?;
        let token = session.token.saturating_add(1);
        let taken =
            "UPDATE content_upload SET lease_owner = ?, lease_until = ?, lease_token = ? WHERE id = ?";
        let values =
            [self.taker.as_str().into(), self.until.into(), stored::count("token", token)?.into(), id.into()];
        sql::execute(transaction, taken, values).await?;
        Ok(TakeUpload::Taken(Box::new(UploadSession { token, ..session })))
    }
}
