//! Statements that are written out, for what is asked and written thousands of times a second: one text for
//! every database, with a `?` for each value.

use std::fmt::Write as _;

use jiff::Timestamp;
use portolan_oci::Digest;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TryGetable, Value};

use crate::{CatalogError, stored};

/// A row of an answer; its columns by their place.
#[derive(Debug)]
pub(crate) struct Row(QueryResult);

impl Row {
    pub(crate) fn get<T: TryGetable>(&self, column: usize) -> Result<T, CatalogError> {
        self.0.try_get_by_index(column).map_err(CatalogError::database)
    }

    /// A number of things, as `what` in errors.
    pub(crate) fn count(&self, column: usize, what: &'static str) -> Result<u64, CatalogError> {
        u64::try_from(self.get::<i64>(column)?).map_err(|error| CatalogError::damaged(what, error))
    }

    pub(crate) fn digest(&self, column: usize) -> Result<Digest, CatalogError> {
        stored::digest(&self.get::<Vec<u8>>(column)?)
    }

    pub(crate) fn digest_or_none(&self, column: usize) -> Result<Option<Digest>, CatalogError> {
        self.get::<Option<Vec<u8>>>(column)?.map(|digest| stored::digest(&digest)).transpose()
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp, CatalogError> {
        stored::time(self.get(column)?)
    }

    /// A text that is to be read as something, as `what` in errors.
    pub(crate) fn parsed<T>(&self, column: usize, what: &'static str) -> Result<T, CatalogError>
    where
        T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        self.get::<String>(column)?.parse().map_err(|error| CatalogError::damaged(what, error))
    }
}

pub(crate) fn statement(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    let sql = if backend == DbBackend::Postgres { numbered(sql) } else { sql.to_owned() };
    Statement::from_sql_and_values(backend, sql, values)
}

/// The statement as PostgreSQL wants it: with `$1`, `$2`, … for the values.
fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 16);
    for (number, piece) in sql.split('?').enumerate() {
        if number > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "${number}");
        }
        text.push_str(piece);
    }
    text
}

/// The first row of the answer.
pub(crate) async fn one(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<Option<Row>, CatalogError> {
    let statement = statement(database.get_database_backend(), sql, values.into());
    let row = database.query_one_raw(statement).await.map_err(CatalogError::database)?;
    Ok(row.map(Row))
}

/// All rows of the answer.
pub(crate) async fn all(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<Vec<Row>, CatalogError> {
    let statement = statement(database.get_database_backend(), sql, values.into());
    let rows = database.query_all_raw(statement).await.map_err(CatalogError::database)?;
    Ok(rows.into_iter().map(Row).collect())
}

/// All rows of the answer, locked to the end of the transaction; in SQLite it is alone anyway.
pub(crate) async fn lock(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<Vec<Row>, CatalogError> {
    if crate::database::is_serial(database) {
        return all(database, sql, values).await;
    }
    all(database, &format!("{sql} FOR UPDATE"), values).await
}

/// Those rows of the answer that nobody else has locked, locked to the end of the transaction.
pub(crate) async fn lock_what_is_free(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<Vec<Row>, CatalogError> {
    if crate::database::is_serial(database) {
        return all(database, sql, values).await;
    }
    all(database, &format!("{sql} FOR UPDATE SKIP LOCKED"), values).await
}

/// How many rows the statement changed or met.
pub(crate) async fn execute(
    database: &impl ConnectionTrait,
    sql: &str,
    values: impl Into<Vec<Value>>,
) -> Result<u64, CatalogError> {
    let statement = statement(database.get_database_backend(), sql, values.into());
    Ok(database.execute_raw(statement).await.map_err(CatalogError::database)?.rows_affected())
}

/// Deletes the rows of these numbers, and waits for no other. (MySQL goes through a small table from its start,
/// and waits for whoever has locked a row of it, unless it is told to use the key.)
pub(crate) async fn delete_by_id(
    database: &impl ConnectionTrait,
    table: &str,
    ids: impl IntoIterator<Item = Value>,
) -> Result<u64, CatalogError> {
    let (marks, ids) = list(ids);
    let sql = match database.get_database_backend() {
        DbBackend::MySql => {
            format!("DELETE gone FROM {table} AS gone FORCE INDEX (PRIMARY) WHERE gone.id IN ({marks})")
        }
        _ => format!("DELETE FROM {table} WHERE id IN ({marks})"),
    };
    execute(database, &sql, ids).await
}

/// A list for `IN (…)`: the marks, and the values. It is as long as the next power of two, by its last value:
/// so that a few prepared statements serve lists of every length.
pub(crate) fn list(values: impl IntoIterator<Item = Value>) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = values.into_iter().collect();
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    (marks(values.len()), values)
}

/// The limit by which a reader sees whether there are more than so many.
pub(crate) fn one_more_than(limit: Option<u32>) -> i64 {
    limit.map_or(i64::MAX, |limit| i64::from(limit).saturating_add(1))
}

/// The stored forms of digests, for [`list`].
pub(crate) fn digests<'a>(digests: impl IntoIterator<Item = &'a Digest>) -> impl Iterator<Item = Value> {
    digests.into_iter().map(|digest| digest.to_stored().into())
}

fn marks(count: usize) -> String {
    let mut marks = "?, ".repeat(count);
    marks.truncate(marks.len().saturating_sub(2));
    marks
}

/// What an aggregate makes of the names of a column: one text, in their order, with a space between them.
pub(crate) fn joined(backend: DbBackend, column: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("string_agg({column}, ' ' ORDER BY {column})"),
        DbBackend::MySql => format!("GROUP_CONCAT({column} ORDER BY {column} SEPARATOR ' ')"),
        _ => format!("group_concat({column}, ' ' ORDER BY {column})"),
    }
}

/// The sum of a column of numbers, 0 where there are none. In servers a sum is of another kind.
pub(crate) fn sum(database: &impl ConnectionTrait, column: &str) -> String {
    let number = match database.get_database_backend() {
        DbBackend::MySql => "SIGNED",
        _ => "BIGINT",
    };
    format!("CAST(COALESCE(SUM({column}), 0) AS {number})")
}

/// Rows to be inserted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Insert<const N: usize> {
    pub(crate) table: &'static str,
    pub(crate) columns: [&'static str; N],
    pub(crate) there: There,
}

/// What becomes of a row that is there already.
#[derive(Debug, Clone, Copy)]
pub(crate) enum There {
    /// None is.
    Never,
    /// It stays. Of the columns of its key.
    Stays(&'static [&'static str]),
    /// It gets the new values of some columns.
    Gets {
        /// The columns of its key.
        key: &'static [&'static str],
        /// Those that it gets.
        columns: &'static [&'static str],
    },
}

impl<const N: usize> Insert<N> {
    /// Inserts the rows, in few statements.
    pub(crate) async fn rows(
        &self,
        database: &impl ConnectionTrait,
        rows: Vec<[Value; N]>,
    ) -> Result<(), CatalogError> {
        let mut rows = rows.into_iter();
        loop {
            let values: Vec<Value> = rows.by_ref().take(stored::CHUNK).flatten().collect();
            if values.is_empty() {
                return Ok(());
            }
            let sql = self.text(database.get_database_backend(), values.len() / N);
            execute(database, &sql, values).await?;
        }
    }

    /// The statement for so many rows.
    fn text(&self, backend: DbBackend, rows: usize) -> String {
        let row = format!("({}), ", marks(N));
        let mut values = row.repeat(rows);
        values.truncate(values.len().saturating_sub(2));
        let (table, columns) = (self.table, self.columns.join(", "));
        format!("INSERT INTO {table} ({columns}) VALUES {values}{}", self.there.clause(backend))
    }
}

impl There {
    fn clause(self, backend: DbBackend) -> String {
        let assign = |columns: &[&str], new: &dyn Fn(&str) -> String| {
            columns.iter().map(|column| format!("{column} = {}", new(column))).collect::<Vec<_>>().join(", ")
        };
        match (self, backend) {
            (Self::Never, _) => String::new(),
            (Self::Stays(key), DbBackend::MySql) => {
                format!(" ON DUPLICATE KEY UPDATE {}", assign(key, &|column| column.to_owned()))
            }
            (Self::Stays(key), _) => format!(" ON CONFLICT ({}) DO NOTHING", key.join(", ")),
            (Self::Gets { columns, .. }, DbBackend::MySql) => {
                format!(" ON DUPLICATE KEY UPDATE {}", assign(columns, &|column| format!("VALUES({column})")))
            }
            (Self::Gets { key, columns }, _) => {
                let new = assign(columns, &|column| format!("excluded.{column}"));
                format!(" ON CONFLICT ({}) DO UPDATE SET {new}", key.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSERT: Insert<2> =
        Insert { table: "t", columns: ["a", "b"], there: There::Gets { key: &["a"], columns: &["b"] } };

    #[test]
    fn each_database_gets_its_own_words() {
        let text = INSERT.text(DbBackend::Sqlite, 2);
        assert_eq!(
            text,
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        );
        assert_eq!(
            INSERT.text(DbBackend::MySql, 1),
            "INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE b = VALUES(b)"
        );
        let stays = Insert { there: There::Stays(&["a"]), ..INSERT };
        let mysql = stays.text(DbBackend::MySql, 1);
        assert_eq!(mysql, "INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE a = a");
        let postgres = statement(DbBackend::Postgres, &stays.text(DbBackend::Postgres, 1), Vec::new());
        assert_eq!(postgres.sql, "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING");
    }

    #[test]
    fn a_list_is_filled_up_with_its_last_value() {
        let (marks, values) = list([1_i64, 2, 3].map(Value::from));
        assert_eq!((marks.as_str(), values), ("?, ?, ?, ?", [1_i64, 2, 3, 3].map(Value::from).to_vec()));
    }
}
