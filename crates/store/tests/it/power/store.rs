//! The power goes while the whole store is used.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use portolan_store::testing::UnreliablePower;
use tempfile::TempDir;

use super::afterwards::{must_be_whole, nothing_must_be_left_over, rebuilt, uploads_must_go_on};
use super::points::{Cut, cuts};
use super::process::{self, NotOpened, Process};
use super::state::State;
use super::work::{Clients, Expected, Work};
use super::world;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A database with empty tables, to be copied.
async fn template(dir: &TempDir) -> PathBuf {
    let path = dir.path().join("template.db");
    process::open(&path).await.close().await.unwrap();
    assert!(!dir.path().join("template.db-wal").exists());
    path
}

/// Works until the power goes. What was acknowledged, and what was asked for then; the process too, which is dead when
/// the machine starts again.
async fn work(
    machine: &UnreliablePower,
    database: &Path,
    work: Work,
) -> ([Expected; 2], Result<Process, NotOpened>) {
    let process = match Process::on(machine, database, DAY).await {
        Ok(process) => process,
        not_opened => return (Default::default(), not_opened),
    };
    let mut clients = Clients {
        machine,
        store: &process.store,
        acknowledged: Expected::default(),
        asked: Expected::default(),
    };
    // How far it came is in what was acknowledged.
    let _ = clients.work(work).await;
    ([clients.acknowledged, clients.asked], Ok(process))
}

/// The machine with the store and a database, both new.
fn machine(folder: &Path, template: &Path) -> (UnreliablePower, PathBuf) {
    fs::create_dir(folder).unwrap();
    let database = folder.join("portolan.db");
    fs::copy(template, &database).unwrap();
    let machine = UnreliablePower::on(folder.join("store"));
    machine.with_database(database.clone()).unwrap();
    (machine, database)
}

async fn cut_once(dir: &TempDir, template: &Path, what: Work, cut: Cut) {
    let folder = dir.path().join("machine");
    let (machine, database) = machine(&folder, template);
    machine.cut_after(cut.after);
    let ([before, after], dead) = work(&machine, &database, what).await;
    let (database, store) = (folder.join("after.db"), folder.join("store"));
    machine.restart_with_database(cut.losing, cut.keeping, &database).unwrap();
    match dead {
        Ok(process) => process.end().await,
        Err(not_opened) => not_opened.end().await,
    }

    let collected = [&before, &after].map(|expected| expected.state.collected());
    let without = rebuilt(&store, template).await;
    without.must_be_made_of([&collected[0], &collected[1]]);

    let process = Process::on(&machine, &database, DAY).await.unwrap();
    State::of(&process.store).await.must_be_one_of([&before.state, &after.state]);
    must_be_whole(&process.store).await;
    let changes = process.catalog.changes();
    process.store.write_missing_records(&changes, Duration::ZERO).await.unwrap();
    uploads_must_go_on(&process.store, [&before, &after]).await;
    let mut clients = Clients {
        machine: &machine,
        store: &process.store,
        acknowledged: Expected::default(),
        asked: Expected::default(),
    };
    clients.whole(0).await.unwrap();
    clients.whole(9).await.unwrap();
    clients.put("team/app", &world::image(0, 9), &["afterwards"]).await.unwrap();
    process.end().await;

    machine.let_pass(2 * DAY);
    let process = Process::on(&machine, &database, Duration::ZERO).await.unwrap();
    let state = State::of(&process.store).await;
    nothing_must_be_left_over(&process).await;
    assert_eq!(State::of(&process.store).await, state.collected());
    must_be_whole(&process.store).await;
    process.end().await;
    assert_eq!(rebuilt(&store, template).await, state.collected());
    fs::remove_dir_all(folder).unwrap();
}

async fn cut_often(what: Work, few: u64) {
    let dir = tempfile::tempdir().unwrap();
    let template = template(&dir).await;
    let folder = dir.path().join("whole");
    let (whole, database) = machine(&folder, &template);
    let ([before, after], process) = work(&whole, &database, what).await;
    assert_eq!(before.state, after.state, "all of it is done");
    process.unwrap().end().await;
    for cut in cuts(whole.steps(), few) {
        println!("{cut:?} of {}", whole.steps());
        cut_once(&dir, &template, what, cut).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_store_acknowledged_survives() {
    cut_often(Work::Everything, 24).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_upload_goes_on_where_it_was_written_down() {
    cut_often(Work::Stream, 8).await;
}
