//! Deleting a user.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::audit::{self, Actor};
use super::{Access, AuditAction, UserName};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a user who was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteUser {
    /// He is gone, with his grants and tokens. What he did stays in the audit log.
    Deleted,
    /// There is no such user.
    NoSuchUser,
}

struct Delete {
    name: UserName,
    by: Actor,
    now: i64,
}

/// What goes with him, before he goes: each by his number.
const HIS: [&str; 4] = [
    "DELETE FROM access_token_grant WHERE token IN (SELECT name FROM access_token WHERE user_id = ?)",
    "DELETE FROM access_token WHERE user_id = ?",
    "DELETE FROM access_grant WHERE user_id = ?",
    "DELETE FROM access_user WHERE id = ?",
];

impl Access {
    /// Deletes a user.
    ///
    /// # Errors
    /// As any write.
    pub async fn delete_user(&self, name: &UserName, actor: &str) -> Result<DeleteUser, CatalogError> {
        let operation = Delete { name: name.clone(), by: Actor::new(actor), now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Delete {
    type Reply = DeleteUser;
    const NAME: &'static str = "delete_user";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<DeleteUser, CatalogError> {
        let name = self.name.as_str();
        let rows = sql::lock(transaction, "SELECT id FROM access_user WHERE name = ?", [name.into()]).await?;
        let Some(row) = rows.first() else { return Ok(DeleteUser::NoSuchUser) };
        let id: i64 = row.get(0)?;
        for sql in HIS {
            sql::execute(transaction, sql, [id.into()]).await?;
        }
        audit::write(transaction, self.now, &self.by, (AuditAction::DeleteUser, name, "")).await?;
        Ok(DeleteUser::Deleted)
    }
}
