//! A daemon that is killed while four clients push and delete and a collector runs.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use http::Method;
use portolan_testkit::image::{Image, Layer, Tree};
use tokio::sync::watch;

use super::points::points;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// Clients at once.
const CLIENTS: u64 = 4;

/// Answers after which the daemon is killed, at most.
const ANSWERS: u64 = 60;

/// What has been answered of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    /// It is there.
    Pushed,
    /// It was asked to be deleted, and no answer came.
    Doubtful,
    /// It is deleted.
    Deleted,
}

/// What all clients were answered, by repository and number of the image.
#[derive(Default)]
struct Answers(Mutex<BTreeMap<(u64, u64), Answered>>);

impl Answers {
    fn note(&self, client: u64, number: u64, answered: Answered) {
        self.0.lock().unwrap().insert((client, number), answered);
    }
}

fn image(client: u64, number: u64) -> Tree {
    Image::oci().layer(Layer::gzip(1_000 * client + number)).layer(Layer::gzip(number)).build()
}

/// Pushes images from this number on, and deletes each third, until nobody answers.
async fn work(daemon: Arc<Daemon>, client: u64, from: u64, answers: Arc<Answers>, said: watch::Sender<u64>) {
    for number in from.. {
        let image = image(client, number);
        let (repository, tag) = (format!("chaos/r{client}"), format!("t{number}"));
        // A collector without any grace may take a blob before its manifest comes: then it is pushed again.
        while daemon.client().push_tree(&repository, &image, std::slice::from_ref(&tag)).await.is_err() {}
        answers.note(client, number, Answered::Pushed);
        said.send_modify(|said| *said += 1);
        if number % 3 == 0 {
            answers.note(client, number, Answered::Doubtful);
            let path = format!("/v2/{repository}/manifests/{}", image.digest);
            assert_eq!(daemon.client().status(Method::DELETE, &path).await, 202);
            answers.note(client, number, Answered::Deleted);
            said.send_modify(|said| *said += 1);
        }
    }
}

/// Runs the clients until the daemon, which is killed after so many answers, no longer answers.
async fn until_killed(sandbox: &Sandbox, answers: &Arc<Answers>, (from, point): (u64, u64)) {
    let daemon = Arc::new(Daemon::start(sandbox));
    let (said, mut heard) = watch::channel(0);
    let workers: Vec<_> = (0..CLIENTS)
        .map(|client| {
            tokio::spawn(work(Arc::clone(&daemon), client, from, Arc::clone(answers), said.clone()))
        })
        .collect();
    let mut collector = sandbox.command(["store", "gc", "--now"]);
    let mut collector = collector.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    heard.wait_for(|said| *said >= point).await.unwrap();
    daemon.signal("KILL");
    // Each of them ends when it is not answered.
    for worker in workers {
        assert!(worker.await.unwrap_err().is_panic());
    }
    collector.kill().unwrap();
    collector.wait().unwrap();
}

async fn check(daemon: &Daemon, answers: &Answers) {
    let answers: Vec<_> = answers.0.lock().unwrap().iter().map(|(&key, &answered)| (key, answered)).collect();
    for ((client, number), answered) in answers {
        let status =
            daemon.client().status(Method::HEAD, &format!("/v2/chaos/r{client}/manifests/t{number}")).await;
        match answered {
            Answered::Doubtful => {}
            Answered::Deleted => assert_eq!(status, 404, "r{client}:t{number}"),
            Answered::Pushed => {
                assert_eq!(status, 200, "r{client}:t{number}");
                for blob in &image(client, number).blobs {
                    let path = format!("/v2/chaos/r{client}/blobs/{}", blob.digest);
                    assert_eq!(daemon.client().status(Method::HEAD, &path).await, 200, "r{client}:t{number}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_daemon_has_answered_is_there() {
    let sandbox = Sandbox::new();
    let answers = Arc::new(Answers::default());
    for (round, point) in (0..).zip(points(ANSWERS, 3)) {
        until_killed(&sandbox, &answers, (round * 1_000, point)).await;
        let daemon = Daemon::start(&sandbox);
        check(&daemon, &answers).await;
        sandbox.run("store verify").succeeded();
    }
    // The same without the database, by what lies beside the blobs.
    for file in std::fs::read_dir(sandbox.path(".local/share/portolan")).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    sandbox.run("store rebuild").succeeded();
    sandbox.run("store verify").succeeded();
    check(&Daemon::start(&sandbox), &answers).await;
}
