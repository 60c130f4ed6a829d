//! A user, as he is kept.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::{Grant, Grants, PasswordHash, UserName};
use crate::{CatalogError, sql, stored};

/// The number of a user. It is never another one's, even when he is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub(super) i64);

/// What a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// He may do what he is granted.
    Member,
    /// He may do everything everywhere.
    Admin,
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role (they are `member` and `admin`)")]
pub struct RoleError(String);

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// His number.
    pub id: UserId,
    /// His name.
    pub name: UserName,
    /// What is kept of his password; without one he logs in by tokens only.
    pub password: Option<PasswordHash>,
    /// What he is.
    pub role: Role,
    /// What he may do, by pattern.
    pub grants: Grants,
    /// Grows with each change of him.
    pub version: u64,
    /// Since when he is known.
    pub created_at: Timestamp,
    /// Since when he may no longer log in.
    pub disabled_at: Option<Timestamp>,
}

impl UserId {
    /// The number.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl Role {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        let named = [Self::Member, Self::Admin].into_iter().find(|role| role.name() == text);
        named.ok_or_else(|| RoleError(text.to_owned()))
    }
}

/// All users, for [`rows_of`].
pub(super) const ALL: &str = "access_user u";

/// What [`read`] wants of users, which are `u`: a row for each grant, or one without.
pub(super) fn rows_of(users: &str) -> String {
    format!(
        "SELECT u.id, u.name, u.password, u.role, u.version, u.created_at, u.disabled_at, g.pattern, g.actions \
         FROM {users} LEFT JOIN access_grant g ON g.user_id = u.id"
    )
}

/// The users of these rows, in which those of one user stand together.
pub(super) fn read(rows: &[sql::Row]) -> Result<Vec<User>, CatalogError> {
    let mut users: Vec<User> = Vec::new();
    let mut grants = Vec::new();
    for row in rows {
        let id = UserId(row.get(0)?);
        if users.last().is_none_or(|user| user.id != id) {
            seal(&mut users, &mut grants);
            users.push(User {
                id,
                name: row.parsed(1, "name of a user")?,
                password: row.get::<Option<String>>(2)?.map(PasswordHash::new),
                role: row.parsed(3, "role")?,
                grants: Grants::default(),
                version: row.count(4, "version of a user")?,
                created_at: row.time(5)?,
                disabled_at: time_or_none(row, 6)?,
            });
        }
        grants.extend(grant(row, 7)?);
    }
    seal(&mut users, &mut grants);
    Ok(users)
}

fn seal(users: &mut [User], grants: &mut Vec<Grant>) {
    if let Some(user) = users.last_mut() {
        user.grants = Grants::new(std::mem::take(grants));
    }
}

/// The grant of a row, which has its pattern in this column and its actions in the next, if there is one.
pub(super) fn grant(row: &sql::Row, column: usize) -> Result<Option<Grant>, CatalogError> {
    if row.get::<Option<String>>(column)?.is_none() {
        return Ok(None);
    }
    let actions = row.parsed(column + 1, "list of actions")?;
    Ok(Some(Grant { pattern: row.parsed(column, "pattern of repositories")?, actions }))
}

pub(super) fn time_or_none(row: &sql::Row, column: usize) -> Result<Option<Timestamp>, CatalogError> {
    row.get::<Option<i64>>(column)?.map(stored::time).transpose()
}
