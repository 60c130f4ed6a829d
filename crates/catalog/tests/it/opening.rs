//! Opening: new, old, newer, by several at once, and closed.

use std::os::unix::fs::PermissionsExt;

use portolan_catalog::{Catalog, CatalogError, DatabaseLocation};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(after_closing_its_handles_say_so);
on_each_database!(
    threads = 4;
    many_open_one_new_file_at_once,
);

async fn text(database: &DatabaseConnection, sql: &str) -> String {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_new_database_is_for_its_owner_only_and_has_a_write_ahead_log() {
    let scratch = Scratch::sqlite();
    let catalog = scratch.open().await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = scratch.path();
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    let raw = scratch.raw().await;
    assert_eq!(text(&raw, "PRAGMA journal_mode").await, "wal");
    raw.close().await.unwrap();
    catalog.close().await.unwrap();
    assert!(!path.with_extension("db-wal").exists(), "the log is folded into the database at the end");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let scratch = Scratch::sqlite();
    scratch.open().await.close().await.unwrap();
    let raw = scratch.raw().await;
    raw.execute_unprepared("INSERT INTO seaql_migrations VALUES ('9999_future', 0)").await.unwrap();
    raw.close().await.unwrap();
    let before = std::fs::read(scratch.path()).unwrap();
    let refused = Catalog::open(&scratch.location()).await.unwrap_err();
    let CatalogError::Newer { location, migration } = &refused else { panic!("{refused:?}") };
    assert_eq!((location.as_str(), migration.as_str()), (scratch.path().to_str().unwrap(), "9999_future"));
    let text = refused.to_string();
    assert!(text.contains("newer Portolan") && text.contains("run that version or a later one"), "{text}");
    assert_eq!(std::fs::read(scratch.path()).unwrap(), before);
}

#[tokio::test]
async fn what_is_no_database_or_cannot_be_made_is_said_so() {
    let scratch = Scratch::sqlite();
    std::fs::create_dir(scratch.path().parent().unwrap()).unwrap();
    std::fs::write(scratch.path(), "These are notes, not tables. ".repeat(200)).unwrap();
    let damaged = Catalog::open(&scratch.location()).await.unwrap_err();
    assert!(matches!(damaged, CatalogError::Damaged { .. } | CatalogError::Open { .. }), "{damaged:?}");
    let below_a_file = DatabaseLocation::SqliteFile(scratch.path().join("portolan.db"));
    let impossible = Catalog::open(&below_a_file).await.unwrap_err();
    assert!(matches!(impossible, CatalogError::Open { .. }), "{impossible:?}");
}

async fn many_open_one_new_file_at_once(scratch: &Scratch) {
    let opening = (0..8).map(|number| {
        let location = scratch.location();
        tokio::spawn(async move {
            let catalog = Catalog::open(&location).await.unwrap();
            catalog.journal().finish_tree(&debian(), &format!("v{number}"), &digest(number)).await.unwrap();
            catalog
        })
    });
    let mut catalogs = Vec::new();
    for opened in futures::future::join_all(opening).await {
        catalogs.push(opened.unwrap());
    }
    for catalog in &catalogs {
        assert_eq!(catalog.journal().confirmed_all(&debian()).await.unwrap().len(), 8);
    }
}

#[tokio::test]
async fn a_database_without_its_log_gets_it_back() {
    let scratch = Scratch::sqlite();
    scratch.open().await.close().await.unwrap();
    let database = scratch.raw().await;
    assert_eq!(text(&database, "PRAGMA journal_mode = DELETE").await, "delete");
    database.close().await.unwrap();
    let catalog = scratch.open().await;
    catalog.journal().finish_tree(&debian(), "12", &digest(1)).await.unwrap();
    assert_eq!(text(&scratch.raw().await, "PRAGMA journal_mode").await, "wal");
}

async fn after_closing_its_handles_say_so(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let journal = catalog.journal();
    journal.finish_tree(&debian(), "12", &digest(1)).await.unwrap();
    catalog.close().await.unwrap();
    let write = journal.finish_tree(&debian(), "12", &digest(1)).await;
    assert!(matches!(write, Err(CatalogError::Closed)), "{write:?}");
    let read = journal.confirmed(&debian(), "12").await;
    assert!(matches!(read, Err(CatalogError::Closed)), "{read:?}");
}
