//! Connections: some that write, some that read.

use std::num::NonZeroU32;
use std::sync::Arc;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};

use crate::database::{ACQUIRE_PATIENCE, LIFETIME};
use crate::server::Server;
use crate::{CatalogError, DatabaseLocation};

/// What holds for each connection, whatever the server or the user is set to. A node that hangs holds no lock for
/// ever.
const SETTINGS: &str = "\
    SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; \
    SET synchronous_commit = on; \
    SET lock_timeout = '10s'; \
    SET statement_timeout = '60s'; \
    SET idle_in_transaction_session_timeout = '30s'";

/// Checks that the server lets us in, and says how it is reached.
pub(super) async fn reach(
    location: &DatabaseLocation,
    server: &Server,
) -> Result<PgConnectOptions, CatalogError> {
    let unreachable = |error| CatalogError::Open { location: location.to_string(), source: Arc::new(error) };
    let options = PgConnectOptions::from_url(server.url().in_full()).map_err(unreachable)?;
    let options = options.application_name("portolan").disable_statement_logging();
    // A pool would try again for a while, and not say why.
    let connection = options.connect().await.map_err(unreachable)?;
    connection.close().await.map_err(unreachable)?;
    Ok(options)
}

/// So many connections; each is opened when it is first needed.
pub(super) fn pool(options: &PgConnectOptions, connections: NonZeroU32) -> DatabaseConnection {
    let pool = PgPoolOptions::new()
        .min_connections(0)
        .max_connections(connections.get())
        .acquire_timeout(ACQUIRE_PATIENCE)
        .test_before_acquire(false)
        .max_lifetime(LIFETIME)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SETTINGS).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone());
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}
