//! Bringing up to date what an earlier version made.

use std::path::Path;

use jiff::Timestamp;
use portolan_oci::Digest;
use portolan_testkit::databases::{Database, Product};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;

use super::Migrator;
use crate::{Catalog, DatabaseLocation, Place, ServerConnections, sqlite};

/// Makes the database as the version with so many changes made it.
async fn as_of(path: &Path, changes: u32) -> DatabaseConnection {
    let location = DatabaseLocation::SqliteFile(path.to_owned());
    sqlite::prepare_file(&location, path).unwrap();
    let database = sqlite::connect_writer(&location, path).await.unwrap();
    sqlite::use_wal(&database).await.unwrap();
    let transaction = sqlite::begin(&database).await.unwrap();
    Migrator::up(&transaction, Some(changes)).await.unwrap();
    transaction.commit().await.unwrap();
    database
}

async fn write(database: &DatabaseConnection, sql: &str, digest: &Digest) {
    let values = [digest.to_stored().into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    database.execute_raw(statement).await.unwrap();
}

#[tokio::test]
async fn what_each_earlier_version_wrote_is_kept_and_it_may_go_on_writing() {
    for changes in 1..Migrator::migrations().len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portolan.db");
        let earlier = as_of(&path, u32::try_from(changes).unwrap()).await;
        let (one, two) = (Digest::sha256(b"one"), Digest::sha256(b"two"));
        earlier
            .execute_unprepared("INSERT INTO journal_place VALUES (1, 'r.example.com', 'app')")
            .await
            .unwrap();
        write(&earlier, "INSERT INTO journal_tree VALUES (1, '1.0', ?, 5, 7)", &one).await;

        let catalog = Catalog::open(&DatabaseLocation::SqliteFile(path)).await.unwrap();
        write(&earlier, "INSERT INTO journal_tree VALUES (1, '2.0', ?, 8, 9)", &two).await;
        let app = Place::new("r.example.com", "app");
        let confirmed = catalog.journal().confirmed_all(&app).await.unwrap();
        let confirmed: Vec<_> =
            confirmed.into_iter().map(|(tag, seen)| (tag, seen.digest, seen.at)).collect();
        let at = |microsecond| Timestamp::from_microsecond(microsecond).unwrap();
        assert_eq!(confirmed, [("1.0".to_owned(), one, at(7)), ("2.0".to_owned(), two, at(9))]);
        catalog.close().await.unwrap();
    }
}

/// The files that are out in the world: what a change says of another database must change nothing here.
#[tokio::test]
async fn the_first_five_changes_make_of_sqlite_what_they_always_made() {
    let folder = tempfile::tempdir().unwrap();
    let database = as_of(&folder.path().join("portolan.db"), 5).await;
    let made = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid",
    );
    let rows = database.query_all_raw(made).await.unwrap();
    let made: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let always: Vec<&str> = include_str!("sqlite_schema_0005.sql").lines().collect();
    assert_eq!(made, always);
}

async fn texts(database: &DatabaseConnection, sql: &str, column: usize) -> Vec<String> {
    let asked = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(asked).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect()
}

/// All tables, with the lines by which MySQL would make them, in any order.
async fn tables(database: &DatabaseConnection) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for name in texts(database, "SHOW TABLES", 0).await {
        let made = texts(database, &format!("SHOW CREATE TABLE `{name}`"), 1).await;
        let mut lines: Vec<String> =
            made.concat().lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
        lines.sort();
        all.push((name, lines));
    }
    all
}

/// MySQL keeps each step of a change as it is done: a process may be killed between any two.
#[tokio::test]
async fn what_a_killed_process_had_begun_is_done_again() {
    let Some(database) = Database::make(Product::MariaDb).await else { return };
    let location = DatabaseLocation::server(database.url().parse().unwrap(), ServerConnections::default());
    let open = async || Catalog::open(&location).await.unwrap().close().await.unwrap();
    open().await;
    let raw = sea_orm::Database::connect(database.url()).await.unwrap();
    let whole = tables(&raw).await;
    let mut missing: Vec<String> = whole
        .iter()
        .filter(|(name, _)| name != "seaql_migrations")
        .map(|(name, _)| format!("DROP TABLE `{name}`"))
        .collect();
    let indexes = "SELECT CONCAT('DROP INDEX `', index_name, '` ON `', table_name, '`') \
        FROM information_schema.statistics \
        WHERE table_schema = DATABASE() AND index_name LIKE '%\\_by\\_%' AND seq_in_index = 1";
    missing.extend(texts(&raw, indexes, 0).await);
    assert!(missing.len() > 20, "{missing:?}");
    for drop in missing {
        let killed = format!(
            "SET foreign_key_checks = 0; {drop}; SET foreign_key_checks = 1; \
            DELETE FROM seaql_migrations"
        );
        raw.execute_unprepared(&killed).await.unwrap();
        open().await;
        assert_eq!(tables(&raw).await, whole, "{drop}");
    }
}
