//! The connections that read.

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::{Fault, Patience, fault, is_serial, pause};
use crate::CatalogError;

/// The connections that read. What a server did not answer, because it was started anew or because a connection
/// broke, is asked again; reading twice does no harm.
#[derive(Debug, Clone)]
pub(crate) struct Readers(DatabaseConnection);

impl Readers {
    pub(crate) fn new(database: DatabaseConnection) -> Self {
        Self(database)
    }

    pub(crate) async fn close(&self) -> Result<(), CatalogError> {
        self.0.close_by_ref().await.map_err(CatalogError::database)
    }
}

/// Whether what was asked is asked again.
fn again(error: &DbErr, patience: &Patience) -> bool {
    fault(error) == Some(Fault::Gone) && patience.with_silence()
}

#[async_trait]
impl ConnectionTrait for Readers {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if is_serial(&self.0) {
            return self.0.query_one_raw(statement).await;
        }
        let patience = Patience::new();
        loop {
            match self.0.query_one_raw(statement.clone()).await {
                Err(error) if again(&error, &patience) => pause().await,
                answer => return answer,
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if is_serial(&self.0) {
            return self.0.query_all_raw(statement).await;
        }
        let patience = Patience::new();
        loop {
            match self.0.query_all_raw(statement.clone()).await {
                Err(error) if again(&error, &patience) => pause().await,
                answer => return answer,
            }
        }
    }
}
