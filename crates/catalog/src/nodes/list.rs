//! Which nodes there are.

use super::{Node, Nodes};
use crate::{CatalogError, database, sql, stored};

const LIST: &str =
    "SELECT id, name, what, host, started_at, seen_at, expires_at FROM node ORDER BY name, id LIMIT ?";

impl Nodes {
    /// The nodes by their names: those that live, and those of the last day that went away without a word. In an
    /// SQLite file there are none.
    ///
    /// # Errors
    /// As any read.
    pub async fn list(&self) -> Result<Vec<Node>, CatalogError> {
        let readers = self.opening.readers().await?;
        let now = database::now(&readers).await?;
        let limit = stored::count("number of nodes", stored::PAGE)?;
        let rows = sql::all(&readers, LIST, [limit.into()]).await?;
        rows.iter().map(|row| Node::read(row, now)).collect()
    }
}
