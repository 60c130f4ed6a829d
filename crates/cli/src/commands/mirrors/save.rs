//! Writing a plan to a file: whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use portolan_sync::SavedPlan;

use crate::error::Failure;

/// Writes the plan beside the file first and then in its place.
pub(super) fn save(path: &Path, plan: &SavedPlan) -> Result<(), Failure> {
    let saved = serde_json::to_vec(plan).map_err(io::Error::from).and_then(|text| replace(path, &text));
    saved.map_err(|cause| Failure::other(format!("cannot save the plan in {}", path.display()), cause))
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
        // A pipe or a device.
        return fs::write(path, text);
    }
    let next = beside(&path);
    let written = File::create_new(&next).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    let written = written.and_then(|()| fs::rename(&next, &path));
    if written.is_err() {
        _ = fs::remove_file(&next);
    }
    written
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}
