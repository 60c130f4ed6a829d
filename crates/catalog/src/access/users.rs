//! Reading users.

use sea_orm::ConnectionTrait;

use super::user::{ALL, read, rows_of};
use super::{Access, User, UserId, UserName};
use crate::{CatalogError, sql};

/// Some of them, by name.
const PAGE: &str = "(SELECT * FROM access_user WHERE name > ? ORDER BY name LIMIT ?) u";

impl Access {
    /// The user of this name.
    ///
    /// # Errors
    /// As any read.
    pub async fn user(&self, name: &UserName) -> Result<Option<User>, CatalogError> {
        let sql = format!("{} WHERE u.name = ? ORDER BY g.pattern", rows_of(ALL));
        let rows = sql::all(&self.readers().await?, &sql, [name.as_str().into()]).await?;
        Ok(read(&rows)?.into_iter().next())
    }

    /// All users, by name.
    ///
    /// # Errors
    /// As any read.
    pub async fn users(&self) -> Result<Vec<User>, CatalogError> {
        let sql = format!("{} ORDER BY u.name, g.pattern", rows_of(ALL));
        read(&sql::all(&self.readers().await?, &sql, []).await?)
    }

    /// Users by name, those after this text, which need not be a name, up to so many.
    ///
    /// # Errors
    /// As any read.
    pub async fn users_after(&self, after: Option<&str>, limit: u32) -> Result<Vec<User>, CatalogError> {
        let sql = format!("{} ORDER BY u.name, g.pattern", rows_of(PAGE));
        let values = [after.unwrap_or_default().into(), i64::from(limit).into()];
        read(&sql::all(&self.readers().await?, &sql, values).await?)
    }
}

/// The user of this number.
pub(super) async fn by_id(database: &impl ConnectionTrait, id: UserId) -> Result<Option<User>, CatalogError> {
    let sql = format!("{} WHERE u.id = ? ORDER BY g.pattern", rows_of(ALL));
    Ok(read(&sql::all(database, &sql, [id.0.into()]).await?)?.into_iter().next())
}
