//! A copy in a process of its own, which is this test binary once more.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::desk::{Desk, Manners, only};

/// Set for the process that copies: folder, source and target, a line each.
const ORDER: &str = "PORTOLAN_E2E_ORDER";

/// Does what a [`Worker`] is started for; where nothing is ordered there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn the_copy_that_was_ordered_ends_well() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let [dir, source, target] = order.lines().collect::<Vec<_>>()[..] else { panic!("{order}") };
    let desk = Desk::at(Path::new(dir), Manners::default()).await;
    only(&desk.copy(source, target).await);
}

/// A process that copies.
pub(crate) struct Worker(Child);

impl Worker {
    pub(crate) fn start(dir: &Path, source: &str, target: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "killed::worker::the_copy_that_was_ordered_ends_well", "--nocapture"]);
        command.env(ORDER, format!("{}\n{source}\n{target}", dir.display()));
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }

    /// Kills it as soon as `passed` says that there are `point` bytes; panics if it ends before.
    pub(crate) async fn kill_at(mut self, point: u64, passed: impl Fn() -> u64) {
        while passed() < point {
            assert_eq!(self.0.try_wait().unwrap(), None, "the copy ended before byte {point}");
            // What has passed is only counted, not told.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end; panics unless the copy went well.
    pub(crate) async fn finish(mut self) {
        let status = tokio::task::spawn_blocking(move || self.0.wait().unwrap()).await.unwrap();
        assert!(status.success(), "the copy failed");
    }
}
