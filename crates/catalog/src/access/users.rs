//! Reading users.

use sea_orm::ConnectionTrait;

use super::user::{COLUMNS, read};
use super::{Access, User, UserId, UserName};
use crate::{CatalogError, sql};

impl Access {
    /// The user of this name.
    ///
    /// # Errors
    /// As any read.
    pub async fn user(&self, name: &UserName) -> Result<Option<User>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} WHERE u.name = ? ORDER BY g.pattern");
        let rows = sql::all(&self.readers().await?, &sql, [name.as_str().into()]).await?;
        Ok(read(&rows)?.into_iter().next())
    }

    /// All users, by name.
    ///
    /// # Errors
    /// As any read.
    pub async fn users(&self) -> Result<Vec<User>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} ORDER BY u.name, g.pattern");
        read(&sql::all(&self.readers().await?, &sql, []).await?)
    }
}

/// The user of this number.
pub(super) async fn by_id(database: &impl ConnectionTrait, id: UserId) -> Result<Option<User>, CatalogError> {
    let sql = format!("SELECT {COLUMNS} WHERE u.id = ? ORDER BY g.pattern");
    Ok(read(&sql::all(database, &sql, [id.0.into()]).await?)?.into_iter().next())
}
