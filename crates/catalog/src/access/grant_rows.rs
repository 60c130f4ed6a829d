//! The rows of grants: of users and of tokens.

use sea_orm::{ConnectionTrait, Value};

use super::Grants;
use crate::CatalogError;
use crate::sql::{Insert, There};

pub(super) const OF_USERS: Insert<3> = Insert {
    table: "access_grant",
    columns: ["user_id", "pattern", "actions"],
    there: There::Gets { key: &["user_id", "pattern"], columns: &["actions"] },
};

pub(super) const OF_TOKENS: Insert<3> = Insert {
    table: "access_token_grant",
    columns: ["token", "pattern", "actions"],
    there: There::Gets { key: &["token", "pattern"], columns: &["actions"] },
};

/// Inserts them for this user or token. Of two with the same pattern the last one counts.
pub(super) async fn write(
    insert: &Insert<3>,
    database: &impl ConnectionTrait,
    holder: &Value,
    grants: &Grants,
) -> Result<(), CatalogError> {
    for grant in grants {
        let row = [holder.clone(), grant.pattern.as_str().into(), grant.actions.to_string().into()];
        insert.rows(database, vec![row]).await?;
    }
    Ok(())
}
