//! Reading what changed.

use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName, Tag};

use super::{By, ChangeCause, ChangeKind, Changes};
use crate::{CatalogError, sql, stored};

/// A change of a repository, a manifest or a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number: each has one more than the one before.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What changed.
    pub kind: ChangeKind,
    /// In which repository.
    pub repository: RepositoryName,
    /// The tag, if it is one that changed.
    pub tag: Option<Tag>,
    /// The manifest; of a tag, what it names now.
    pub digest: Option<Digest>,
    /// Of a tag, what it named before.
    pub previous: Option<Digest>,
    /// The revision of the repository that it made.
    pub revision: u64,
    /// Why, who, and where.
    pub by: By,
}

/// What a reader of the changes finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangesAfter {
    /// The changes after the number that was asked for, without a gap; none if there are none yet.
    Changes(Vec<Change>),
    /// Changes after that number are no longer kept: the reader has to look at everything instead, and goes on
    /// before the first one that is kept.
    Expired {
        /// That one's number.
        first: u64,
    },
}

pub(crate) const READ: &str = "SELECT c.seq, c.at, c.kind, r.name, c.tag, c.digest, c.previous, c.revision, c.cause, \
    c.actor, c.node FROM change_log c JOIN content_repository r ON r.id = c.repository_id \
    WHERE c.seq > ? ORDER BY c.seq LIMIT ?";

pub(crate) const SINCE: &str = "SELECT c.seq, c.at, c.kind, r.name, c.tag, c.digest, c.previous, c.revision, c.cause, \
    c.actor, c.node FROM change_log c JOIN content_repository r ON r.id = c.repository_id \
    WHERE c.at >= ? ORDER BY c.at DESC, c.seq DESC LIMIT ?";

impl Changes {
    /// The changes after the one of this number (0 for all), and no more than so many.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn read(&self, after: u64, limit: u32) -> Result<ChangesAfter, CatalogError> {
        let values = [stored::count("number of a change", after)?.into(), i64::from(limit).into()];
        let rows = sql::all(&self.readers().await?, READ, values).await?;
        let changes = rows.iter().map(Change::read).collect::<Result<Vec<_>, _>>()?;
        // The last change is always kept: whoever finds none has read all.
        match changes.first() {
            Some(change) if change.seq > after.saturating_add(1) => {
                Ok(ChangesAfter::Expired { first: change.seq })
            }
            _ => Ok(ChangesAfter::Changes(changes)),
        }
    }

    /// The changes since then that are kept, the last first, and no more than so many: for people to look at.
    /// Consumers [`read`](Self::read).
    ///
    /// # Errors
    /// [`CatalogError::Damaged`], [`CatalogError::Database`].
    pub async fn since(&self, at: Timestamp, limit: u32) -> Result<Vec<Change>, CatalogError> {
        let values = [at.as_microsecond().into(), i64::from(limit).into()];
        let rows = sql::all(&self.readers().await?, SINCE, values).await?;
        rows.iter().map(Change::read).collect()
    }

    /// The number of the last change; 0 if there is none yet.
    ///
    /// # Errors
    /// [`CatalogError::Database`].
    pub async fn last(&self) -> Result<u64, CatalogError> {
        let row = sql::one(&self.readers().await?, "SELECT next FROM change_sequencer", []).await?;
        let next = row.map_or(Ok(1), |row| row.count(0, "number of a change"))?;
        Ok(next.saturating_sub(1))
    }
}

impl Change {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        let cause = ChangeCause::read(&row.get::<String>(8)?)?;
        let tag = row.get::<Option<String>>(4)?.map(|tag| tag.parse()).transpose();
        Ok(Self {
            seq: row.count(0, "number of a change")?,
            at: row.time(1)?,
            kind: ChangeKind::read(row.get(2)?)?,
            repository: row.parsed(3, "repository")?,
            tag: tag.map_err(|error| CatalogError::damaged("tag", error))?,
            digest: row.digest_or_none(5)?,
            previous: row.digest_or_none(6)?,
            revision: row.count(7, "revision")?,
            by: By::new(cause, row.get::<String>(9)?).through(row.get::<String>(10)?),
        })
    }
}
