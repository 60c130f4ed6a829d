//! What a server is, and whether it is set up so that it can be used.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::sqlx::{self, MySqlConnection};

use crate::{CatalogError, DatabaseLocation};

/// The two products of the family, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    MySql,
    MariaDb,
}

/// A server that cannot be used as it is.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    /// Such a log cannot say what transactions do that see each other's commits.
    #[error("the server writes its binary log by statement: set binlog_format to MIXED or ROW")]
    StatementLog,
}

/// Asks the server what it is.
pub(super) async fn examine(
    connection: &mut MySqlConnection,
    location: &DatabaseLocation,
) -> Result<Product, CatalogError> {
    let open = |source| CatalogError::Open { location: location.to_string(), source };
    let asked = "SHOW GLOBAL VARIABLES WHERE Variable_name IN \
                 ('version', 'log_bin', 'binlog_format', 'innodb_flush_log_at_trx_commit')";
    let variables: Vec<(String, String)> =
        sqlx::query_as(asked).fetch_all(connection).await.map_err(|error| open(Arc::new(error)))?;
    let variables: HashMap<String, String> =
        variables.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    let is = |name: &str, value: &str| variables.get(name).is_some_and(|is| is.eq_ignore_ascii_case(value));
    if is("log_bin", "on") && is("binlog_format", "statement") {
        return Err(open(Arc::new(Unfit::StatementLog)));
    }
    if !is("innodb_flush_log_at_trx_commit", "1") {
        tracing::warn!(
            database = %location,
            "innodb_flush_log_at_trx_commit is not 1: a power cut at the server may lose what was acknowledged"
        );
    }
    let version = variables.get("version").map_or("", String::as_str);
    Ok(if version.to_ascii_lowercase().contains("mariadb") { Product::MariaDb } else { Product::MySql })
}
