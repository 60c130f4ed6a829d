//! A small file system in memory, to be filled.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A small file system in memory, until it is dropped.
#[derive(Debug)]
pub struct Tmpfs(TempDir);

impl Tmpfs {
    /// Mounts one of this size (as `mount -o size=` wants it). `None`, and a line that says so, where mounting
    /// is not allowed.
    ///
    /// # Panics
    /// If there is no folder for temporary files.
    pub fn mount(size: &str) -> Option<Self> {
        let dir = TempDir::new().expect("there are temporary folders");
        let options = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(dir));
        }
        println!("skipped: a tmpfs cannot be mounted here; run the test as root");
        None
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazily: a server that keeps files here may still be ending.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
