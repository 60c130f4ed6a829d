//! What a host can do, so that a new process need not ask again.

use async_trait::async_trait;
use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use super::Journal;
use super::entities::host;
use crate::writer::Operation;
use crate::{CatalogError, stored};

/// Something that a host can do or cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostFact {
    /// It answers the referrers API.
    ReferrersApi,
}

impl HostFact {
    /// As it lies in the column.
    fn name(self) -> &'static str {
        match self {
            Self::ReferrersApi => "referrers-api",
        }
    }
}

/// Whether a host can do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It can.
    Yes,
    /// It cannot.
    No,
}

/// An answer, and how old it is. From when on it counts no more is for the caller to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownFact {
    /// The answer.
    pub answer: Answer,
    /// When the host gave it.
    pub checked_at: Timestamp,
}

struct RememberHostFact {
    host: String,
    fact: HostFact,
    answer: Answer,
    now: i64,
}

impl Journal {
    /// What the host was last found to answer; `None` if that is not remembered.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn host_fact(&self, host: &str, fact: HostFact) -> Result<Option<KnownFact>, CatalogError> {
        let readers = self.opening.readers().await?;
        let row = host::Entity::find_by_id((host.to_owned(), fact.name().to_owned()))
            .one(&readers)
            .await
            .map_err(CatalogError::database)?;
        let Some(row) = row else { return Ok(None) };
        let answer = if row.holds { Answer::Yes } else { Answer::No };
        Ok(Some(KnownFact { answer, checked_at: stored::time(row.checked_at)? }))
    }

    /// Hint: this is what the host answers now.
    pub fn remember_host_fact(&self, host: &str, fact: HostFact, answer: Answer) {
        self.writer.hint(RememberHostFact { host: host.to_owned(), fact, answer, now: stored::now() });
    }
}

#[async_trait]
impl Operation for RememberHostFact {
    type Reply = ();
    const NAME: &'static str = "remember_host_fact";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let row = host::ActiveModel {
            host: Set(self.host.clone()),
            fact: Set(self.fact.name().to_owned()),
            holds: Set(self.answer == Answer::Yes),
            checked_at: Set(self.now),
        };
        let known_before = OnConflict::columns([host::Column::Host, host::Column::Fact])
            .update_columns([host::Column::Holds, host::Column::CheckedAt])
            .to_owned();
        host::Entity::insert(row)
            .on_conflict(known_before)
            .exec_without_returning(transaction)
            .await
            .map_err(CatalogError::database)?;
        Ok(())
    }
}
