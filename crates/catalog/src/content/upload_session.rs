//! An upload session as it is kept, and how it is kept and found.

use std::collections::HashSet;

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::{Digest, RepositoryName};
use sea_orm::DatabaseTransaction;

use super::{Content, repository};
use crate::sql::{self, Insert, Row, There};
use crate::writer::Operation;
use crate::{CatalogError, UploadId, stored};

/// An upload of a blob in a state from which it can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSession {
    /// Its name.
    pub id: UploadId,
    /// The repository that gets the blob.
    pub repository: RepositoryName,
    /// Who began it.
    pub owner: String,
    /// The digest that was announced, if any was.
    pub expected: Option<Digest>,
    /// Bytes that are durable.
    pub offset: u64,
    /// The hash of those bytes, if it is known.
    pub hashing: Option<serde_json::Value>,
    /// How the backend finds the bytes again; its own business.
    pub backend: serde_json::Value,
    /// Whose turn it is to append: who took the session over has a higher one. 0 at first.
    pub token: u64,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it was last kept; set by the catalogue.
    pub touched_at: Timestamp,
}

/// What became of the state of a session that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveUpload {
    /// It is kept.
    Saved,
    /// Another has taken the session over since, or it has ended.
    TakenOver,
}

pub(super) const SESSION: &str = "SELECT u.id, r.name, u.owner, u.expected, u.upload_offset, u.hashing, u.backend, \
    u.lease_token, u.started_at, u.touched_at, u.lease_until FROM content_upload u \
    JOIN content_repository r ON r.id = u.repository_id";

const UPLOAD: Insert<10> = Insert {
    table: "content_upload",
    columns: [
        "id",
        "repository_id",
        "owner",
        "expected",
        "upload_offset",
        "hashing",
        "backend",
        "lease_token",
        "started_at",
        "touched_at",
    ],
    there: There::Gets {
        key: &["id"],
        columns: &["expected", "upload_offset", "hashing", "backend", "touched_at"],
    },
};

struct Save {
    session: UploadSession,
    now: i64,
}

struct End(UploadId);

impl Content {
    /// Keeps the state of a session, in place of what was kept of it. What its `touched_at` says does not matter.
    ///
    /// # Errors
    /// [`CatalogError::OutOfRange`] if the offset is beyond what a file can have; else as any write.
    pub async fn save_upload(&self, session: &UploadSession) -> Result<SaveUpload, CatalogError> {
        self.writer.write(Save { session: session.clone(), now: stored::now() }).await
    }

    /// The session of this name in the repository, if one is kept.
    ///
    /// # Errors
    /// As any read.
    pub async fn upload(
        &self,
        repository: &RepositoryName,
        id: &UploadId,
    ) -> Result<Option<UploadSession>, CatalogError> {
        let sql = format!("{SESSION} WHERE u.id = ? AND r.name = ?");
        let values = [id.to_string().into(), repository.as_str().into()];
        let row = sql::one(&self.readers().await?, &sql, values).await?;
        row.map(|row| UploadSession::read(&row)).transpose()
    }

    /// Of these sessions, those that are kept.
    ///
    /// # Errors
    /// As any read.
    pub async fn kept_uploads(&self, ids: &[UploadId]) -> Result<HashSet<UploadId>, CatalogError> {
        let readers = self.readers().await?;
        let mut kept = HashSet::new();
        for chunk in ids.chunks(stored::CHUNK) {
            let (marks, values) = sql::list(chunk.iter().map(|id| id.to_string().into()));
            let sql = format!("SELECT id FROM content_upload WHERE id IN ({marks})");
            for row in sql::all(&readers, &sql, values).await? {
                kept.insert(row.parsed(0, "upload session")?);
            }
        }
        Ok(kept)
    }

    /// The session has ended, well or not. One that is not kept has ended already.
    ///
    /// # Errors
    /// As any write.
    pub async fn end_upload(&self, id: &UploadId) -> Result<(), CatalogError> {
        self.writer.write(End(*id)).await
    }
}

impl UploadSession {
    pub(super) fn read(row: &Row) -> Result<Self, CatalogError> {
        let damaged = |error| CatalogError::damaged("upload session", error);
        let hashing = row.get::<Option<String>>(5)?;
        Ok(Self {
            id: row.parsed(0, "upload session")?,
            repository: row.parsed(1, "repository")?,
            owner: row.get(2)?,
            expected: row.digest_or_none(3)?,
            offset: row.count(4, "offset")?,
            hashing: hashing.map(|text| serde_json::from_str(&text)).transpose().map_err(damaged)?,
            backend: serde_json::from_str(&row.get::<String>(6)?).map_err(damaged)?,
            token: row.count(7, "token")?,
            started_at: row.time(8)?,
            touched_at: row.time(9)?,
        })
    }
}

#[async_trait]
impl Operation for Save {
    type Reply = SaveUpload;
    const NAME: &'static str = "save_upload";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<SaveUpload, CatalogError> {
        let session = &self.session;
        let (id, token) = (session.id.to_string(), stored::count("token", session.token)?);
        let kept = "SELECT lease_token FROM content_upload WHERE id = ?";
        let taken = match sql::lock(transaction, kept, [id.clone().into()]).await?.first() {
            Some(row) => row.get::<i64>(0)? != token,
            None => token > 0,
        };
        if taken {
            return Ok(SaveUpload::TakenOver);
        }
        let row = [
            id.into(),
            repository::id(transaction, &session.repository).await?.into(),
            session.owner.as_str().into(),
            session.expected.map(|digest| digest.to_stored()).into(),
            stored::count("offset", session.offset)?.into(),
            session.hashing.as_ref().map(ToString::to_string).into(),
            session.backend.to_string().into(),
            token.into(),
            session.started_at.as_microsecond().into(),
            self.now.into(),
        ];
        UPLOAD.rows(transaction, vec![row]).await?;
        Ok(SaveUpload::Saved)
    }
}

#[async_trait]
impl Operation for End {
    type Reply = ();
    const NAME: &'static str = "end_upload";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<(), CatalogError> {
        let sql = "DELETE FROM content_upload WHERE id = ?";
        sql::execute(transaction, sql, [self.0.to_string().into()]).await.map(drop)
    }
}
