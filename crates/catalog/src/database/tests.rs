//! What servers say, provoked on real ones.

use portolan_testkit::databases::{Database, Product};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};

use super::{Fault, fault, open};
use crate::{DatabaseLocation, ServerConnections};

const PRODUCTS: [Product; 2] = [Product::Postgres, Product::MariaDb];

/// A table of two rows, over connections as the catalogue has them.
struct Bench {
    database: DatabaseConnection,
    product: Product,
    _of_test: Database,
}

impl Bench {
    async fn new(product: Product) -> Option<Self> {
        let of_test = Database::make(product).await?;
        let location = DatabaseLocation::server(of_test.url().parse().unwrap(), ServerConnections::default());
        let database = open(&location).await.unwrap().writing.database;
        for sql in ["CREATE TABLE t (id bigint PRIMARY KEY, n bigint)", "INSERT INTO t VALUES (1, 0), (2, 0)"]
        {
            database.execute_unprepared(sql).await.unwrap();
        }
        Some(Self { database, product, _of_test: of_test })
    }

    async fn begin(&self) -> DatabaseTransaction {
        self.database.begin().await.unwrap()
    }
}

async fn add(transaction: &DatabaseTransaction, row: u32) -> Result<u64, DbErr> {
    let sql = format!("UPDATE t SET n = n + 1 WHERE id = {row}");
    Ok(transaction.execute_unprepared(&sql).await?.rows_affected())
}

#[tokio::test]
async fn of_two_who_wait_for_each_other_one_is_told_to_try_again() {
    for product in PRODUCTS {
        let Some(bench) = Bench::new(product).await else { continue };
        let (one, two) = (bench.begin().await, bench.begin().await);
        add(&one, 1).await.unwrap();
        add(&two, 2).await.unwrap();
        let second = |transaction: DatabaseTransaction, row| async move {
            match add(&transaction, row).await {
                Ok(_) => transaction.commit().await,
                Err(error) => {
                    transaction.rollback().await.unwrap();
                    Err(error)
                }
            }
        };
        let outcomes = tokio::join!(second(one, 2), second(two, 1));
        let faults: Vec<_> =
            [outcomes.0, outcomes.1].into_iter().filter_map(Result::err).map(|error| fault(&error)).collect();
        assert_eq!(faults, [Some(Fault::Busy)], "{product:?}");
    }
}

#[tokio::test]
async fn who_waited_too_long_for_a_lock_may_try_again() {
    for product in PRODUCTS {
        let Some(bench) = Bench::new(product).await else { continue };
        let (one, two) = (bench.begin().await, bench.begin().await);
        add(&one, 1).await.unwrap();
        let shorter = match product {
            Product::Postgres => "SET LOCAL lock_timeout = '50ms'",
            Product::MariaDb => "SET SESSION innodb_lock_wait_timeout = 1",
        };
        two.execute_unprepared(shorter).await.unwrap();
        let waited = add(&two, 1).await.unwrap_err();
        assert_eq!(fault(&waited), Some(Fault::Busy), "{product:?}: {waited:?}");
    }
}

#[tokio::test]
async fn a_transaction_sees_what_others_committed_after_it_began() {
    for product in PRODUCTS {
        let Some(bench) = Bench::new(product).await else { continue };
        let one = bench.begin().await;
        add(&one, 1).await.unwrap();
        let two = bench.begin().await;
        add(&two, 2).await.unwrap();
        one.commit().await.unwrap();
        // At any other level PostgreSQL would refuse this, and MySQL would not say so.
        add(&two, 1).await.unwrap();
        let sql = sea_orm::Statement::from_string(two.get_database_backend(), "SELECT n FROM t WHERE id = 1");
        let row = two.query_one_raw(sql).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 2, "{product:?}");
        two.commit().await.unwrap();
    }
}

#[tokio::test]
async fn an_update_counts_what_it_met_and_not_what_it_changed() {
    for product in PRODUCTS {
        let Some(bench) = Bench::new(product).await else { continue };
        let same = bench.database.execute_unprepared("UPDATE t SET n = n").await.unwrap();
        assert_eq!(same.rows_affected(), 2, "{product:?}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_not_cut_off() {
    for product in PRODUCTS {
        let Some(bench) = Bench::new(product).await else { continue };
        bench.database.execute_unprepared("CREATE TABLE w (w varchar(3))").await.unwrap();
        let refused = bench.database.execute_unprepared("INSERT INTO w VALUES ('four')").await;
        assert!(refused.is_err(), "{product:?}");
    }
}

#[tokio::test]
async fn a_connection_that_was_ended_is_gone() {
    for product in PRODUCTS {
        let Some(bench) = Bench::new(product).await else { continue };
        let victim = bench.begin().await;
        let (who, end) = match bench.product {
            Product::Postgres => {
                ("SELECT CAST(pg_backend_pid() AS bigint)", "SELECT pg_terminate_backend(NUMBER)")
            }
            Product::MariaDb => ("SELECT CAST(CONNECTION_ID() AS signed)", "KILL NUMBER"),
        };
        let who = sea_orm::Statement::from_string(victim.get_database_backend(), who);
        let row = victim.query_one_raw(who).await.unwrap().unwrap();
        let number: i64 = row.try_get_by_index(0).unwrap();
        let end = end.replace("NUMBER", &number.to_string());
        bench.database.execute_unprepared(&end).await.unwrap();
        let broken = add(&victim, 1).await.unwrap_err();
        assert_eq!(fault(&broken), Some(Fault::Gone), "{product:?}: {broken:?}");
    }
}
