//! Changing a user.

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, Value};

use super::audit::{self, Actor};
use super::user::{ALL, rows_of};
use super::{
    Access, AuditAction, Grant, Grants, PasswordHash, RepositoryPattern, Role, User, UserName, grant_rows,
    user,
};
use crate::writer::Operation;
use crate::{CatalogError, sql, stored};

/// What is to become of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChange {
    /// He has this password; with none he logs in by tokens only.
    Password(Option<PasswordHash>),
    /// This is what he is.
    Role(Role),
    /// He may no longer log in, and none of his tokens is good.
    Disable,
    /// He may log in again.
    Enable,
    /// He may do that, in place of what he may do by the same pattern.
    Grant(Grant),
    /// He may do nothing by this pattern.
    Revoke(RepositoryPattern),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeUser {
    /// It is so.
    Changed,
    /// It was so.
    Unchanged,
    /// There is no such user.
    NoSuchUser,
}

struct Change {
    name: UserName,
    change: UserChange,
    by: Actor,
    now: i64,
}

impl Access {
    /// Changes a user. Where he has logged in before, it takes effect within a second.
    ///
    /// # Errors
    /// As any write.
    pub async fn change_user(
        &self,
        name: &UserName,
        change: &UserChange,
        actor: &str,
    ) -> Result<ChangeUser, CatalogError> {
        let operation =
            Change { name: name.clone(), change: change.clone(), by: Actor::new(actor), now: stored::now() };
        self.writer.write(operation).await
    }
}

#[async_trait]
impl Operation for Change {
    type Reply = ChangeUser;
    const NAME: &'static str = "change_user";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<ChangeUser, CatalogError> {
        let name = self.name.as_str();
        sql::lock(transaction, "SELECT id FROM access_user WHERE name = ?", [name.into()]).await?;
        let sql = format!("{} WHERE u.name = ? ORDER BY g.pattern", rows_of(ALL));
        let users = user::read(&sql::all(transaction, &sql, [name.into()]).await?)?;
        let Some(user) = users.first() else { return Ok(ChangeUser::NoSuchUser) };
        if self.is_so(user) {
            return Ok(ChangeUser::Unchanged);
        }
        self.write(transaction, user).await?;
        let sql = "UPDATE access_user SET version = version + 1 WHERE id = ?";
        sql::execute(transaction, sql, [user.id.0.into()]).await?;
        let (action, detail) = self.told();
        audit::write(transaction, self.now, &self.by, (action, name, &detail)).await?;
        Ok(ChangeUser::Changed)
    }
}

impl Change {
    /// Whether nothing is to be done.
    fn is_so(&self, user: &User) -> bool {
        match &self.change {
            // Salted: the same password is another hash.
            UserChange::Password(password) => *password == user.password,
            UserChange::Role(role) => *role == user.role,
            UserChange::Disable => user.disabled_at.is_some(),
            UserChange::Enable => user.disabled_at.is_none(),
            UserChange::Grant(grant) => user.grants.iter().any(|there| there == grant),
            UserChange::Revoke(pattern) => user.grants.iter().all(|there| there.pattern != *pattern),
        }
    }

    async fn write(&self, transaction: &DatabaseTransaction, user: &User) -> Result<(), CatalogError> {
        let id: Value = user.id.0.into();
        let set = async |column: &str, value: Value| {
            let sql = format!("UPDATE access_user SET {column} = ? WHERE id = ?");
            sql::execute(transaction, &sql, [value, id.clone()]).await.map(drop)
        };
        match &self.change {
            UserChange::Password(password) => {
                set("password", password.as_ref().map(PasswordHash::as_str).into()).await
            }
            UserChange::Role(role) => set("role", role.name().into()).await,
            UserChange::Disable => set("disabled_at", self.now.into()).await,
            UserChange::Enable => set("disabled_at", None::<i64>.into()).await,
            UserChange::Grant(grant) => {
                let grants = Grants::new(vec![grant.clone()]);
                grant_rows::write(&grant_rows::OF_USERS, transaction, &id, &grants).await
            }
            UserChange::Revoke(pattern) => {
                let sql = "DELETE FROM access_grant WHERE user_id = ? AND pattern = ?";
                sql::execute(transaction, sql, [id, pattern.as_str().into()]).await.map(drop)
            }
        }
    }

    /// As the audit log has it.
    fn told(&self) -> (AuditAction, String) {
        match &self.change {
            UserChange::Password(Some(_)) => (AuditAction::SetPassword, "set".to_owned()),
            UserChange::Password(None) => (AuditAction::SetPassword, "taken away".to_owned()),
            UserChange::Role(role) => (AuditAction::SetRole, role.to_string()),
            UserChange::Disable => (AuditAction::DisableUser, String::new()),
            UserChange::Enable => (AuditAction::EnableUser, String::new()),
            UserChange::Grant(grant) => (AuditAction::Grant, grant.to_string()),
            UserChange::Revoke(pattern) => (AuditAction::Revoke, pattern.to_string()),
        }
    }
}
