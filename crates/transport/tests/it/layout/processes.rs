//! Several processes on one layout, and processes that are killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use portolan_testkit::image::{Image, Layer, Tree};
use portolan_transport::{LayoutRepository, Source, Target};

use crate::trees::{assert_has_tree, put_tree, tag};

/// Where a child process writes, and the name that its tags begin with.
const LAYOUT: &str = "PORTOLAN_TEST_LAYOUT";
const NAME: &str = "PORTOLAN_TEST_NAME";
const IMAGES: u64 = 12;

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).layer(Layer::random(seed + 1, 40_000)).build()
}

fn seed(name: &str, number: u64) -> u64 {
    u64::from(name.as_bytes()[0]) * 1000 + number * 2
}

/// Not a test of its own: the work of the child processes of the tests below.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let (Ok(path), Ok(name)) = (std::env::var(LAYOUT), std::env::var(NAME)) else { return };
    let layout = LayoutRepository::create(PathBuf::from(path)).await.unwrap();
    for number in 0..IMAGES {
        let image = image(seed(&name, number));
        put_tree(&layout, &image, &tag(&format!("{name}-{number}"))).await.unwrap();
    }
    layout.close().await.unwrap();
}

fn start(path: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "layout::processes::child"])
        .env(LAYOUT, path)
        .env(NAME, name)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn two_processes_lose_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared");
    let names = ["a", "b", "c"];
    let mut children = names.map(|name| start(&path, name));
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let layout = LayoutRepository::open(&path).await.unwrap();
    assert_eq!(Source::tags(&layout).await.unwrap().len(), 36);
    for name in names {
        for number in 0..IMAGES {
            let found = layout.resolve(&format!("{name}-{number}").parse().unwrap()).await.unwrap();
            assert_eq!(found.digest.to_string(), image(seed(name, number)).digest);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn many_make_one_new_layout_at_once() {
    let image = Image::oci().build();
    for _ in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared");
        let making = (0..8).map(|number| {
            let (path, image) = (path.clone(), image.clone());
            tokio::spawn(async move {
                let layout = LayoutRepository::create(path).await.unwrap();
                put_tree(&layout, &image, &tag(&format!("v{number}"))).await.unwrap();
            })
        });
        for made in futures::future::join_all(making).await {
            made.unwrap();
        }
        assert_eq!(tags(&path).await, 8);
    }
}

/// After each kill, whatever is named is whole; and the next process goes on.
#[tokio::test]
async fn a_process_may_be_killed_at_any_point() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed");
    for round in 0..usize::try_from(IMAGES).unwrap() {
        let mut child = start(&path, "k");
        while child.try_wait().unwrap().is_none() && tags(&path).await < round {
            tokio::task::yield_now().await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let Ok(layout) = LayoutRepository::open(&path).await else { continue };
        for found in Source::tags(&layout).await.unwrap() {
            let number = found.as_str().split('-').next_back().unwrap().parse().unwrap();
            assert_has_tree(&layout, &image(seed("k", number))).await;
        }
    }
    assert!(start(&path, "k").wait().unwrap().success());
    assert_eq!(tags(&path).await, usize::try_from(IMAGES).unwrap());
}

async fn tags(path: &Path) -> usize {
    match LayoutRepository::open(path).await {
        Ok(layout) => Source::tags(&layout).await.unwrap().len(),
        Err(_) => 0,
    }
}
