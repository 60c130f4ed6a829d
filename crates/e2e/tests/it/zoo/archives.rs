//! Tar archives without the code under test: with the system's `tar`.

use std::path::Path;
use std::process::Command;

/// Packs what lies in a folder.
pub(crate) fn pack(folder: &Path, archive: &Path) {
    let members: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    tar(Command::new("tar").arg("-cf").arg(archive).arg("-C").arg(folder).args(members));
}

/// Unpacks an archive into a folder, which is made.
pub(crate) fn unpack(archive: &Path, folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    tar(Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(folder));
}

fn tar(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
