//! Values of the row that an upsert could not insert.

use sea_orm::sea_query::{Alias, Expr, Func, IntoIden};
use sea_orm::{ConnectionTrait, DbBackend};

/// The value that the refused row has in this column, for an expression of an upsert.
pub(crate) fn excluded(database: &impl ConnectionTrait, column: impl IntoIden) -> Expr {
    match database.get_database_backend() {
        DbBackend::MySql => Func::cust(Alias::new("VALUES")).arg(Expr::col(column)).into(),
        _ => Expr::col((Alias::new("excluded"), column)),
    }
}
