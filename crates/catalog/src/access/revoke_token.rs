//! Revoking a token.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::audit::{self, Actor};
use super::{Access, AuditAction, TokenName};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What became of a token that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeToken {
    /// It is no longer good.
    Revoked,
    /// It was no longer good.
    Before,
    /// There is none of this name.
    NoSuchToken,
}

struct Revoke {
    name: TokenName,
    by: Actor,
    now: i64,
}

impl Access {
    /// Revokes a token. Where it has been used before, it takes effect within a second.
    ///
    /// # Errors
    /// As any write.
    pub async fn revoke_token(&self, name: TokenName, actor: &str) -> Result<RevokeToken, CatalogError> {
        self.writer.write(Revoke { name, by: Actor::new(actor), now: stored::now() }).await
    }
}

#[async_trait]
impl Operation for Revoke {
    type Reply = RevokeToken;
    const NAME: &'static str = "revoke_token";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<RevokeToken, CatalogError> {
        let name = self.name.to_string();
        let sql = "SELECT revoked_at, user_id FROM access_token WHERE name = ?";
        let rows = sql::lock(transaction, sql, [name.clone().into()]).await?;
        let Some(row) = rows.first() else { return Ok(RevokeToken::NoSuchToken) };
        if row.get::<Option<i64>>(0)?.is_some() {
            return Ok(RevokeToken::Before);
        }
        let sql = "UPDATE access_token SET revoked_at = ? WHERE name = ?";
        sql::execute(transaction, sql, [self.now.into(), name.clone().into()]).await?;
        let sql = "SELECT name FROM access_user WHERE id = ?";
        let user = sql::one(transaction, sql, [row.get::<i64>(1)?.into()]).await?;
        let user: String = user.map_or_else(|| Ok(String::new()), |row| row.get(0))?;
        audit::write(transaction, self.now, &self.by, (AuditAction::RevokeToken, &user, &name)).await?;
        Ok(RevokeToken::Revoked)
    }
}
