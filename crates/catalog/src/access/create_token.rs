//! Making a token.

use async_trait::async_trait;
use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::DatabaseTransaction;

use super::audit::{self, Actor};
use super::{Access, AuditAction, Grants, Token, TokenName, UserName, grant_rows};
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// A token to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is.
    pub user: UserName,
    /// What it is for, in the words of who makes it.
    pub note: String,
    /// All that it allows, of what its user may do; without any, everything that he may do.
    pub narrowed: Grants,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateToken {
    /// This is it.
    Created(Token),
    /// There is no such user.
    NoSuchUser,
}

struct Create {
    new: NewToken,
    name: TokenName,
    kept: Digest,
    by: Actor,
    now: i64,
}

/// Characters that are kept of a note.
const NOTE: usize = 255;

const TOKEN: Insert<6> = Insert {
    table: "access_token",
    columns: ["name", "user_id", "secret", "note", "created_at", "expires_at"],
    there: There::Never,
};

impl Access {
    /// Makes a token. What is returned is nowhere else.
    ///
    /// # Errors
    /// As any write.
    pub async fn create_token(&self, new: &NewToken, actor: &str) -> Result<CreateToken, CatalogError> {
        let token = Token::random();
        let operation = Create {
            new: new.clone(),
            name: token.name(),
            kept: token.kept(),
            by: Actor::new(actor),
            now: stored::now(),
        };
        Ok(match self.writer.write(operation).await? {
            Made::Yes => CreateToken::Created(token),
            Made::NoSuchUser => CreateToken::NoSuchUser,
        })
    }
}

#[derive(Debug)]
enum Made {
    Yes,
    NoSuchUser,
}

#[async_trait]
impl Operation for Create {
    type Reply = Made;
    const NAME: &'static str = "create_token";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<Made, CatalogError> {
        let user = self.new.user.as_str();
        let rows = sql::lock(transaction, "SELECT id FROM access_user WHERE name = ?", [user.into()]).await?;
        let Some(row) = rows.first() else { return Ok(Made::NoSuchUser) };
        let name = self.name.to_string();
        let row = [
            name.clone().into(),
            row.get::<i64>(0)?.into(),
            self.kept.to_stored().into(),
            stored::text(&self.new.note).chars().take(NOTE).collect::<String>().into(),
            self.now.into(),
            self.new.expires_at.map(Timestamp::as_microsecond).into(),
        ];
        TOKEN.rows(transaction, vec![row]).await?;
        let narrowed = &self.new.narrowed;
        grant_rows::write(&grant_rows::OF_TOKENS, transaction, &name.clone().into(), narrowed).await?;
        let detail = std::iter::once(name)
            .chain(narrowed.iter().map(ToString::to_string))
            .chain(self.new.expires_at.map(|at| format!("until {at}")))
            .collect::<Vec<_>>()
            .join("; ");
        audit::write(transaction, self.now, &self.by, (AuditAction::CreateToken, user, &detail)).await?;
        Ok(Made::Yes)
    }
}
