//! Making archives with the system's tar, and by hand.

use std::path::Path;
use std::process::Command;

/// Packs a folder with GNU tar.
pub(super) fn pack(folder: &Path, archive: &Path, arguments: &[&str]) {
    let packed = Command::new("tar")
        .args(arguments)
        .arg("-cf")
        .arg(archive)
        .arg("-C")
        .arg(folder)
        .arg(".")
        .output()
        .unwrap();
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
}

/// Unpacks an archive with GNU tar.
pub(super) fn unpack(archive: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let unpacked = Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(folder).output().unwrap();
    assert!(unpacked.status.success(), "{}", String::from_utf8_lossy(&unpacked.stderr));
}

/// An archive made by hand, with any names.
#[derive(Default)]
pub(super) struct HandMade(Vec<u8>);

impl HandMade {
    /// A member of any type; `link` is what it points at.
    pub(super) fn member(mut self, name: &str, kind: u8, link: &str, content: &[u8]) -> Self {
        let mut header = [0_u8; 512];
        let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, name.as_bytes());
        put(100, b"0000644\0");
        put(124, format!("{:011o}\0", content.len()).as_bytes());
        put(148, b"        ");
        put(156, &[kind]);
        put(157, link.as_bytes());
        put(257, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend_from_slice(&header);
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(super) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.member(name, b'0', "", content.as_ref())
    }

    pub(super) fn symlink(self, name: &str, target: &str) -> Self {
        self.member(name, b'2', target, b"")
    }

    pub(super) fn write(mut self, path: &Path) {
        self.0.resize(self.0.len() + 1024, 0);
        std::fs::write(path, self.0).unwrap();
    }
}
