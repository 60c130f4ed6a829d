//! The writer alone, with operations made for the purpose on a table of two columns.

use std::future::ready;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{Limits, Operation, Writer};
use crate::database::Writing;
use crate::{CatalogError, DatabaseLocation, sqlite};

struct Bench {
    _folder: TempDir,
    location: DatabaseLocation,
    path: PathBuf,
    database: DatabaseConnection,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let location = DatabaseLocation::SqliteFile(path.clone());
        sqlite::prepare_file(&location, &path).unwrap();
        let database = Self::connect(&location, &path).await;
        sqlite::use_wal(&database).await.unwrap();
        database.execute_unprepared("CREATE TABLE t (id INTEGER PRIMARY KEY, half INTEGER)").await.unwrap();
        Self { _folder: folder, location, path, database }
    }

    async fn connect(location: &DatabaseLocation, path: &std::path::Path) -> DatabaseConnection {
        sqlite::connect_with_patience(location, path, Duration::from_millis(10)).await.unwrap()
    }

    fn writer(&self, limits: Limits) -> Writer {
        let writing = Writing { database: self.database.clone(), connections: NonZeroU32::MIN };
        Writer::start(ready(Ok(writing)), limits)
    }

    async fn rows(&self) -> Vec<(i64, i64)> {
        let statement = sea_orm::Statement::from_string(
            self.database.get_database_backend(),
            "SELECT id, half FROM t ORDER BY id, half",
        );
        let rows = self.database.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_many_by_index().unwrap()).collect()
    }
}

/// Writes a row, then another that cannot be written if there is one of that number.
struct Two {
    first: i64,
    second: i64,
}

#[async_trait]
impl Operation for Two {
    type Reply = i64;
    const NAME: &'static str = "two";

    async fn run(&self, transaction: &DatabaseTransaction) -> Result<i64, CatalogError> {
        for (half, id) in [self.first, self.second].into_iter().enumerate() {
            transaction
                .execute_unprepared(&format!("INSERT INTO t VALUES ({id}, {half})"))
                .await
                .map_err(CatalogError::database)?;
        }
        Ok(self.first)
    }
}

/// Keeps the writer busy until there is a permit to leave.
#[derive(Clone)]
struct Gate {
    arrived: Arc<Semaphore>,
    leave: Arc<Semaphore>,
}

#[async_trait]
impl Operation for Gate {
    type Reply = ();
    const NAME: &'static str = "gate";

    async fn run(&self, _: &DatabaseTransaction) -> Result<(), CatalogError> {
        self.arrived.add_permits(1);
        self.leave.acquire().await.unwrap().forget();
        Ok(())
    }
}

/// Starts the writer on a gate, and returns once it stands there: what is asked now is one group later.
async fn hold(writer: &Writer) -> (Arc<Semaphore>, JoinHandle<Result<(), CatalogError>>) {
    let gate = Gate { arrived: Arc::new(Semaphore::new(0)), leave: Arc::new(Semaphore::new(0)) };
    let handle = writer.handle();
    let operation = gate.clone();
    let task = tokio::spawn(async move { handle.write(operation).await });
    gate.arrived.acquire().await.unwrap().forget();
    (gate.leave, task)
}

fn small() -> Limits {
    Limits { queue: 8, ..Limits::default() }
}

#[tokio::test]
async fn a_failing_operation_leaves_its_group_committed() {
    let bench = Bench::new().await;
    let writer = bench.writer(small());
    let (gate, held) = hold(&writer).await;
    let handle = writer.handle();
    let (one, bad, two, released) = tokio::join!(
        handle.write(Two { first: 1, second: 2 }),
        handle.write(Two { first: 3, second: 1 }),
        handle.write(Two { first: 4, second: 5 }),
        async { gate.add_permits(1) }
    );
    let () = released;
    held.await.unwrap().unwrap();
    assert_eq!((one.unwrap(), two.unwrap()), (1, 4));
    assert!(matches!(bad, Err(CatalogError::Database(_))), "{bad:?}");
    assert_eq!(bench.rows().await, [(1, 0), (2, 1), (4, 0), (5, 1)], "nothing of the failed one is left");
    let stats = handle.stats();
    assert_eq!((stats.operations, stats.commits, stats.failed), (3, 2, 1));
}

#[tokio::test]
async fn hints_are_dropped_when_the_queue_is_full_and_callers_wait() {
    let bench = Bench::new().await;
    let writer = bench.writer(small());
    let (gate, held) = hold(&writer).await;
    let handle = writer.handle();
    for number in 0..10 {
        handle.hint(Two { first: 10 * number, second: 10 * number + 1 });
    }
    assert_eq!(handle.stats().dropped_hints, 2);
    gate.add_permits(1);
    handle.write(Two { first: 200, second: 201 }).await.unwrap();
    held.await.unwrap().unwrap();
    let written: Vec<i64> = bench.rows().await.into_iter().step_by(2).map(|(id, _)| id).collect();
    assert_eq!(written, [0, 10, 20, 30, 40, 50, 60, 70, 200]);
}

#[tokio::test]
async fn hints_wait_for_company_until_someone_waits_for_them() {
    let bench = Bench::new().await;
    let writer = bench.writer(Limits { linger: Duration::from_secs(3_600), ..Limits::default() });
    let handle = writer.handle();
    for number in 0..5 {
        handle.hint(Two { first: 10 * number, second: 10 * number + 1 });
        tokio::task::yield_now().await;
    }
    handle.write(Two { first: 100, second: 101 }).await.unwrap();
    assert_eq!(bench.rows().await.len(), 12);
    assert_eq!(handle.stats().commits, 1);
}

#[tokio::test]
async fn a_lonely_hint_is_written_and_a_failing_one_harms_nobody() {
    let bench = Bench::new().await;
    let writer = bench.writer(Limits::default());
    let handle = writer.handle();
    handle.hint(Two { first: 1, second: 1 });
    handle.hint(Two { first: 2, second: 3 });
    while handle.stats().operations < 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.rows().await, [(2, 0), (3, 1)]);
    assert_eq!(handle.stats().failed, 1);
}

#[tokio::test]
async fn finishing_writes_what_is_queued_and_takes_no_more() {
    let bench = Bench::new().await;
    let writer = bench.writer(Limits { linger: Duration::from_secs(3_600), ..Limits::default() });
    let handle = writer.handle();
    for number in 0..100 {
        handle.hint(Two { first: 10 * number, second: 10 * number + 1 });
    }
    writer.finish().await;
    assert_eq!(bench.rows().await.len(), 200);
    let late = handle.write(Two { first: 1, second: 2 }).await;
    assert!(matches!(late, Err(CatalogError::Closed)), "{late:?}");
    handle.hint(Two { first: 3, second: 4 });
    assert_eq!(handle.stats().dropped_hints, 1);
}

#[tokio::test]
async fn a_lock_held_by_another_fails_a_write_in_the_end_and_not_the_next() {
    let bench = Bench::new().await;
    let writer = bench.writer(Limits::default());
    let other = Bench::connect(&bench.location, &bench.path).await;
    let lock = sqlite::begin(&other).await.unwrap();
    let busy = writer.handle().write(Two { first: 1, second: 2 }).await;
    assert!(matches!(busy, Err(CatalogError::Busy(_))), "{busy:?}");
    lock.rollback().await.unwrap();
    writer.handle().write(Two { first: 1, second: 2 }).await.unwrap();
    assert_eq!(bench.rows().await, [(1, 0), (2, 1)]);
}
