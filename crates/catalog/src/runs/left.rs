//! Mirrors whose run was left by a process that is gone.

use super::Runs;
use crate::{CatalogError, database, sql};

impl Runs {
    /// Whether somebody began to run the mirror, did not end it, and was not heard of for as long as its lease lasted.
    /// In an SQLite file that is not told: the next process that begins finds it out.
    ///
    /// # Errors
    /// As any read.
    pub async fn is_left(&self, mirror: &str) -> Result<bool, CatalogError> {
        let readers = self.opening.readers().await?;
        if database::is_serial(&readers) {
            return Ok(false);
        }
        let lease = "SELECT expires_at FROM run_lease WHERE mirror = ?";
        let Some(row) = sql::one(&readers, lease, [mirror.into()]).await? else { return Ok(false) };
        Ok(row.get::<i64>(0)? <= database::now(&readers).await?)
    }
}
