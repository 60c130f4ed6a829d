//! Connections: some that write, some that read, one that changes tables.

use std::num::NonZeroU32;
use std::sync::Arc;

use sea_orm::sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use sea_orm::{DatabaseConnection, SqlxMySqlConnector};

use super::product::{Product, examine};
use crate::database::{ACQUIRE_PATIENCE, LIFETIME};
use crate::server::Server;
use crate::{CatalogError, DatabaseLocation};

/// Each transaction sees what was committed before each of its statements.
const ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// What does not fit is refused and not cut off, texts are compared by bytes, and a node that hangs holds no lock
/// for ever.
const MARIADB: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
     innodb_lock_wait_timeout = 10, lock_wait_timeout = 60, max_statement_time = 60, \
     idle_transaction_timeout = 30, group_concat_max_len = 16777216";
const MYSQL: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
     innodb_lock_wait_timeout = 10, lock_wait_timeout = 60, max_execution_time = 60000, \
     group_concat_max_len = 16777216";

/// For changes of tables, which may wait for another node that is at it.
const MIGRATING: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
     lock_wait_timeout = 600";

/// A server that was reached.
#[derive(Debug)]
pub(super) struct Reached {
    options: MySqlConnectOptions,
    product: Product,
}

/// Checks that the server lets us in and can be used.
pub(super) async fn reach(location: &DatabaseLocation, server: &Server) -> Result<Reached, CatalogError> {
    let unreachable = |error| CatalogError::Open { location: location.to_string(), source: Arc::new(error) };
    let options = MySqlConnectOptions::from_url(server.url().in_full()).map_err(unreachable)?;
    let options = options.charset("utf8mb4").collation("utf8mb4_bin").disable_statement_logging();
    // A pool would try again for a while, and not say why.
    let mut connection = options.connect().await.map_err(unreachable)?;
    let product = examine(&mut connection, location).await?;
    connection.close().await.map_err(unreachable)?;
    Ok(Reached { options, product })
}

impl Reached {
    /// So many connections; each is opened when it is first needed.
    pub(super) fn pool(&self, connections: NonZeroU32) -> DatabaseConnection {
        let settings = match self.product {
            Product::MariaDb => MARIADB,
            Product::MySql => MYSQL,
        };
        let pool = pool(settings).max_connections(connections.get()).max_lifetime(LIFETIME);
        SqlxMySqlConnector::from_sqlx_mysql_pool(pool.connect_lazy_with(self.options.clone()))
    }

    /// One connection, which stays the same as long as it does not break.
    pub(super) fn one_for_migrating(&self) -> DatabaseConnection {
        let pool = pool(MIGRATING).max_connections(1).max_lifetime(None).idle_timeout(None);
        SqlxMySqlConnector::from_sqlx_mysql_pool(pool.connect_lazy_with(self.options.clone()))
    }
}

fn pool(settings: &'static str) -> MySqlPoolOptions {
    MySqlPoolOptions::new()
        .min_connections(0)
        .acquire_timeout(ACQUIRE_PATIENCE)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(ISOLATION).await?;
                connection.execute(settings).await?;
                Ok(())
            })
        })
}
