//! Servers that end and come back.

use portolan_catalog::{Catalog, CatalogError, DatabaseLocation, Journal, ServerConnections};
use portolan_testkit::databases::{Database, Product};

use crate::{debian, digest};

const TASKS: usize = 8;
const EACH: usize = 60;

/// Does it until the database says that it is done.
async fn finish(journal: &Journal, reference: &str, number: usize) {
    loop {
        match journal.finish_tree(&debian(), reference, &digest(number)).await {
            Ok(()) => return,
            Err(CatalogError::Unavailable(_) | CatalogError::Unanswered(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

async fn a_server_ends_and_comes_back(product: Product) {
    let Some(mut database) = Database::make_on_its_own_server(product).await else { return };
    let url = database.url().parse().unwrap();
    let location = DatabaseLocation::server(url, ServerConnections::default());
    let catalog = Catalog::open(&location).await.unwrap();
    let tasks = (0..TASKS).map(|task| {
        let journal = catalog.journal();
        tokio::spawn(async move {
            for number in (task..TASKS * EACH).step_by(TASKS) {
                finish(&journal, &number.to_string(), number).await;
                let known = journal.confirmed(&debian(), &number.to_string()).await;
                match known {
                    Ok(known) => assert_eq!(known.map(|known| known.digest), Some(digest(number))),
                    Err(CatalogError::Unavailable(_)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    for part in 1..4_u64 {
        while catalog.writer_stats().operations < part * (TASKS * EACH) as u64 / 4 {
            tokio::task::yield_now().await;
        }
        database.own_server().unwrap().restart().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    let all = catalog.journal().confirmed_all(&debian()).await.unwrap();
    assert_eq!(all.len(), TASKS * EACH);
    catalog.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_ends_and_comes_back() {
    a_server_ends_and_comes_back(Product::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_ends_and_comes_back() {
    a_server_ends_and_comes_back(Product::MariaDb).await;
}
