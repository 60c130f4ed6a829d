//! Adding a user.

use async_trait::async_trait;
use sea_orm::DatabaseTransaction;

use super::audit::{self, Actor};
use super::{Access, AuditAction, Grants, PasswordHash, Role, UserName, grant_rows};
use crate::sql::{Insert, There};
use crate::writer::Operation;
use crate::{CatalogError, database, sql, stored};

/// A user to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// His name.
    pub name: UserName,
    /// What is kept of his password; without one he logs in by tokens only.
    pub password: Option<PasswordHash>,
    /// What he is.
    pub role: Role,
    /// What he may do.
    pub grants: Grants,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddUser {
    /// He is known.
    Added,
    /// There is one of that name, who is as he was.
    Exists,
}

struct Add {
    user: NewUser,
    by: Actor,
    now: i64,
}

const USER: Insert<5> = Insert {
    table: "access_user",
    columns: ["name", "password", "role", "version", "created_at"],
    there: There::Never,
};

impl Access {
    /// Adds a user.
    ///
    /// # Errors
    /// As any write.
    pub async fn add_user(&self, user: &NewUser, actor: &str) -> Result<AddUser, CatalogError> {
        let operation = Add { user: user.clone(), by: Actor::new(actor), now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Add {
    type Reply = AddUser;
    const NAME: &'static str = "add_user";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<AddUser, CatalogError> {
        let name = self.user.name.as_str();
        database::hold(transaction, &format!("user {name}")).await?;
        let sql = "SELECT id FROM access_user WHERE name = ?";
        if sql::one(transaction, sql, [name.into()]).await?.is_some() {
            return Ok(AddUser::Exists);
        }
        let row = [
            name.into(),
            self.user.password.as_ref().map(PasswordHash::as_str).into(),
            self.user.role.name().into(),
            1_i64.into(),
            self.now.into(),
        ];
        USER.rows(transaction, vec![row]).await?;
        let Some(row) = sql::one(transaction, sql, [name.into()]).await? else {
            return Ok(AddUser::Exists);
        };
        let id = row.get::<i64>(0)?.into();
        grant_rows::write(&grant_rows::OF_USERS, transaction, &id, &self.user.grants).await?;
        let detail = std::iter::once(self.user.role.to_string())
            .chain(self.user.grants.iter().map(ToString::to_string))
            .collect::<Vec<_>>()
            .join("; ");
        audit::write(transaction, self.now, &self.by, (AuditAction::AddUser, name, &detail)).await?;
        Ok(AddUser::Added)
    }
}
