//! A target whose disk is really full.

use std::path::{Path, PathBuf};
use std::process::Command;

use portolan_sync::ImageOutcome;
use portolan_testkit::registry::Registry;
use portolan_transport::TransportError;
use tempfile::TempDir;

use super::stage::{assert_tags_can_be_pulled, assert_whole, engine, image, impatient};
use crate::desk::{Desk, only};

/// A small file system in memory.
struct Tmpfs(TempDir);

impl Tmpfs {
    /// `None`, and a line that says so, where mounting is not allowed.
    fn mount(size: &str) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let options = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(dir));
        }
        println!("skipped: a tmpfs cannot be mounted here; run the test as root");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: the registry may still be ending.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_target_is_told_and_has_nothing_that_cannot_be_pulled() {
    let Some(disk) = Tmpfs::mount("8m") else { return };
    let (Some(from), Some(to)) =
        (Registry::start().await, Registry::builder().storage_dir(disk.path().join("storage")).start().await)
    else {
        return;
    };
    std::fs::write(disk.ballast(), vec![0; 6 << 20]).unwrap();
    let image = image();
    from.client().push("r", &image).await;
    let desk = Desk::with(impatient()).await;
    let request = desk.request(&from.reference("r", "v1"), &to.reference("r", "v1")).await;
    let report = engine(&desk).copy(&request).await;
    let ImageOutcome::Failed(cause) = &report.targets[0].outcome else { panic!("{report:?}") };
    assert!(matches!(cause.transport(), Some(TransportError::OutOfSpace { .. })), "{cause:#?}");
    assert!(assert_tags_can_be_pulled(&to.client(), "r").await.is_empty());

    std::fs::remove_file(disk.ballast()).unwrap();
    let report = engine(&desk).copy(&request).await;
    only(&report);
    assert_whole(&to.client(), "r", &image.root).await;
}
