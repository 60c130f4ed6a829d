//! Many clients at once, that speak no better HTTP than they want to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use portolan_testkit::process::Process;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::daemon::Daemon;

/// What a client does once it has said what it had to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It stays, and reads nothing.
    Stays,
    /// It reads the head of the answer, and leaves.
    Reads,
}

/// Clients that are connected to a daemon; all leave when this is dropped.
pub(super) struct Crowd {
    clients: JoinSet<u16>,
    sent: Arc<AtomicU64>,
    process: Process,
}

impl Crowd {
    /// This many clients, each of which says this.
    pub(super) fn come(daemon: &Daemon, number: usize, then: Then, says: impl Fn(usize) -> Vec<u8>) -> Self {
        let sent = Arc::new(AtomicU64::new(0));
        let mut clients = JoinSet::new();
        for client in 0..number {
            let (host, says) = (daemon.host().to_owned(), says(client));
            clients.spawn(speak(host, says, then, Arc::clone(&sent)));
        }
        Self { clients, sent, process: daemon.process() }
    }

    /// The status of what each was answered: of those who read.
    pub(super) async fn answers(mut self) -> Vec<u16> {
        let mut answers = Vec::new();
        while let Some(answer) = self.clients.join_next().await {
            answers.push(answer.unwrap());
        }
        answers
    }

    /// Waits until the server takes no more from anybody and computes nothing: all that they cost is there.
    pub(super) async fn is_in_the_way(&self) {
        let now = || (self.sent.load(Ordering::Relaxed), self.process.computed());
        let (mut before, mut same) = (now(), 0);
        while same < 5 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let after = now();
            same = if after.0 == before.0 && after.1 <= before.1 + 1 { same + 1 } else { 0 };
            before = after;
        }
    }
}

async fn speak(host: String, says: Vec<u8>, then: Then, sent: Arc<AtomicU64>) -> u16 {
    let mut connection = TcpStream::connect(host).await.unwrap();
    for piece in says.chunks(16 << 10) {
        // A server that has heard enough breaks off, and has answered before.
        if connection.write_all(piece).await.is_err() {
            break;
        }
        sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
    drop(says);
    if then == Then::Stays {
        return std::future::pending().await;
    }
    let mut head = [0; "HTTP/1.1 404".len()];
    connection.read_exact(&mut head).await.unwrap();
    std::str::from_utf8(&head).unwrap().rsplit_once(' ').unwrap().1.parse().unwrap()
}
