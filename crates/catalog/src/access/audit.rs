//! What was changed of users, tokens and mirrors, and by whom.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use sea_orm::DatabaseTransaction;

use super::Access;
use crate::sql::{Insert, There};
use crate::{CatalogError, sql, stored};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// A user was added.
    AddUser,
    /// His password was set or taken away.
    SetPassword,
    /// He became a member or an admin.
    SetRole,
    /// He may no longer log in.
    DisableUser,
    /// He may log in again.
    EnableUser,
    /// He was deleted.
    DeleteUser,
    /// He was granted something.
    Grant,
    /// Something was taken from him.
    Revoke,
    /// A token of his was made.
    CreateToken,
    /// One was revoked.
    RevokeToken,
    /// A mirror was made or changed.
    PutMirror,
    /// It was deleted.
    DeleteMirror,
    /// It was paused.
    PauseMirror,
    /// It is run by itself again.
    ResumeMirror,
    /// It is to be run now.
    AskRun,
    /// A run of it was cancelled.
    CancelRun,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: later ones have larger ones.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// To whom, or to what.
    pub object: String,
    /// And what of it.
    pub detail: String,
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is none")]
pub struct NoAction(String);

impl AuditAction {
    const ALL: [Self; 16] = [
        Self::AddUser,
        Self::SetPassword,
        Self::SetRole,
        Self::DisableUser,
        Self::EnableUser,
        Self::DeleteUser,
        Self::Grant,
        Self::Revoke,
        Self::CreateToken,
        Self::RevokeToken,
        Self::PutMirror,
        Self::DeleteMirror,
        Self::PauseMirror,
        Self::ResumeMirror,
        Self::AskRun,
        Self::CancelRun,
    ];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::AddUser => "user.add",
            Self::SetPassword => "user.password",
            Self::SetRole => "user.role",
            Self::DisableUser => "user.disable",
            Self::EnableUser => "user.enable",
            Self::DeleteUser => "user.delete",
            Self::Grant => "user.grant",
            Self::Revoke => "user.revoke",
            Self::CreateToken => "token.create",
            Self::RevokeToken => "token.revoke",
            Self::PutMirror => "mirror.put",
            Self::DeleteMirror => "mirror.delete",
            Self::PauseMirror => "mirror.pause",
            Self::ResumeMirror => "mirror.resume",
            Self::AskRun => "mirror.run",
            Self::CancelRun => "run.cancel",
        }
    }
}

impl fmt::Display for AuditAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AuditAction {
    type Err = NoAction;

    fn from_str(text: &str) -> Result<Self, NoAction> {
        let named = Self::ALL.into_iter().find(|action| action.name() == text);
        named.ok_or_else(|| NoAction(text.to_owned()))
    }
}

/// Who does it, as far as a column takes it.
#[derive(Debug, Clone)]
pub(crate) struct Actor(String);

/// Characters that are kept of an actor.
const ACTOR: usize = 255;

impl Actor {
    pub(crate) fn new(name: &str) -> Self {
        Self(stored::text(name).chars().take(ACTOR).collect())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

const ENTRY: Insert<5> = Insert {
    table: "access_audit",
    columns: ["at", "actor", "action", "object", "detail"],
    there: There::Never,
};

/// Writes down what was done to whom.
pub(crate) async fn write(
    transaction: &DatabaseTransaction,
    at: i64,
    by: &Actor,
    (action, object, detail): (AuditAction, &str, &str),
) -> Result<(), CatalogError> {
    let row = [at.into(), by.0.as_str().into(), action.name().into(), object.into(), detail.into()];
    ENTRY.rows(transaction, vec![row]).await
}

impl Access {
    /// What was done since then, the last first, no more than so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn audit(&self, since: Timestamp, limit: u32) -> Result<Vec<AuditEntry>, CatalogError> {
        let sql = "SELECT id, at, actor, action, object, detail FROM access_audit WHERE at >= ? \
            ORDER BY at DESC, id DESC LIMIT ?";
        let values = [since.as_microsecond().into(), i64::from(limit).into()];
        let rows = sql::all(&self.readers().await?, sql, values).await?;
        rows.iter().map(AuditEntry::read).collect()
    }
}

impl Access {
    /// What was done before this entry, the last first, no more than so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn audit_before(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, CatalogError> {
        let sql = "SELECT id, at, actor, action, object, detail FROM access_audit WHERE id < ? \
            ORDER BY id DESC LIMIT ?";
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let rows = sql::all(&self.readers().await?, sql, [before.into(), i64::from(limit).into()]).await?;
        rows.iter().map(AuditEntry::read).collect()
    }
}

impl AuditEntry {
    fn read(row: &sql::Row) -> Result<Self, CatalogError> {
        Ok(Self {
            id: row.count(0, "number of an entry")?,
            at: row.time(1)?,
            actor: row.get(2)?,
            action: row.parsed(3, "action of an entry")?,
            object: row.get(4)?,
            detail: row.get(5)?,
        })
    }
}
