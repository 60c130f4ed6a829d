//! The files of layouts.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use portolan_oci::{Digest, RepositoryName};

use crate::backend::disk::{ALGORITHMS, Disk, off_thread};
use crate::{BackendError, BlobKey, DiskBackend};

/// Layouts beside the blobs of a store that lies in a folder.
#[derive(Debug, Clone)]
pub struct DiskLayouts {
    disk: Arc<Disk>,
    progress: Arc<Mutex<Progress>>,
}

/// How far this process has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// The last change that it has seen, once it has gone through all repositories or somebody else has.
    pub(super) seen: Option<u64>,
    /// Repositories whose layouts could not be written.
    pub(super) owed: BTreeSet<RepositoryName>,
}

/// Content of a layout.
#[derive(Debug)]
pub(super) enum Entry {
    /// A file of its own, with these bytes.
    File(Digest, Bytes),
    /// A link to a blob of the store.
    Blob(BlobKey),
}

/// The folder of a repository's layout, in one of its name: no part of a name begins so.
const LAYOUT: &str = "_layout";

/// The file that says what the folder is.
const OCI_LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

impl DiskLayouts {
    /// The layouts of the store that this backend has open.
    pub fn beside(backend: &DiskBackend) -> Self {
        Self { disk: Arc::clone(backend.disk()), progress: Arc::default() }
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn has_come(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// The repositories that have a layout.
    pub(super) async fn all(&self) -> Result<BTreeSet<RepositoryName>, BackendError> {
        let root = self.disk.root().join("layouts");
        off_thread("listing layouts", move || {
            let mut all = BTreeSet::new();
            look_for(&root, &root, &mut all).map_err(|cause| BackendError::io("listing layouts", cause))?;
            Ok(all)
        })
        .await
    }

    /// Where a repository's layout is.
    fn folder(&self, repository: &RepositoryName) -> PathBuf {
        self.disk.root().join("layouts").join(repository.as_str()).join(LAYOUT)
    }

    /// Puts content in its place, where it is not there already.
    pub(super) async fn place(
        &self,
        repository: &RepositoryName,
        entries: Vec<Entry>,
    ) -> Result<(), BackendError> {
        let (disk, folder) = (Arc::clone(&self.disk), self.folder(repository));
        in_layout(repository, move || entries.iter().try_for_each(|entry| place(&disk, &folder, entry))).await
    }

    /// Makes the layout one of this index, and takes away all content but what is `wanted`.
    pub(super) async fn finish(
        &self,
        repository: &RepositoryName,
        (index, wanted): (Vec<u8>, HashSet<Digest>),
    ) -> Result<(), BackendError> {
        let folder = self.folder(repository);
        in_layout(repository, move || {
            replace(&folder.join("oci-layout"), OCI_LAYOUT)?;
            replace(&folder.join("index.json"), &index)?;
            clean(&folder, &wanted)
        })
        .await
    }

    /// Takes a layout away; one that is not there is.
    pub(super) async fn remove(&self, repository: &RepositoryName) -> Result<(), BackendError> {
        let (folder, root) = (self.folder(repository), self.disk.root().join("layouts"));
        in_layout(repository, move || {
            gone(fs::remove_dir_all(&folder))?;
            // Of folders above, those that no other repository is below.
            let above = folder.ancestors().skip(1).take_while(|above| **above != *root);
            for folder in above {
                match fs::remove_dir(folder) {
                    Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => break,
                    removed => gone(removed)?,
                }
            }
            Ok(())
        })
        .await
    }
}

async fn in_layout(
    repository: &RepositoryName,
    work: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Result<(), BackendError> {
    let what = format!("writing the layout of {repository}");
    off_thread("writing a layout", move || work().map_err(|cause| BackendError::io(what, cause))).await
}

fn place(disk: &Disk, folder: &Path, entry: &Entry) -> io::Result<()> {
    match entry {
        Entry::File(digest, bytes) => {
            let path = content(folder, digest);
            let there = fs::symlink_metadata(&path);
            if there.is_ok_and(|there| there.is_file() && there.len() == bytes.len() as u64) {
                return Ok(());
            }
            replace(&path, bytes)
        }
        Entry::Blob(key) => {
            let path = content(folder, &key.digest);
            let target = relative(&path, disk.root(), &disk.blob(key));
            if fs::read_link(&path).is_ok_and(|there| there == target) {
                return Ok(());
            }
            make_folder_of(&path)?;
            let beside = beside(&path);
            gone(fs::remove_file(&beside))?;
            symlink(&target, &beside)?;
            fs::rename(&beside, &path)
        }
    }
}

/// Where content lies in a layout.
fn content(folder: &Path, digest: &Digest) -> PathBuf {
    folder.join("blobs").join(digest.algorithm().as_str()).join(digest.encoded())
}

/// `target` as it is seen from beside `path`; both are below `root`.
fn relative(path: &Path, root: &Path, target: &Path) -> PathBuf {
    let below = |path: &'_ Path| path.strip_prefix(root).unwrap_or(path).to_path_buf();
    let up = below(path).components().skip(1).map(|_| "..").collect::<PathBuf>();
    up.join(below(target))
}

/// Writes a file beside, and gives it its name.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder_of(path)?;
    let beside = beside(path);
    gone(fs::remove_file(&beside))?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    io::Write::write_all(&mut file, bytes)?;
    fs::rename(&beside, path)
}

/// The name that a file has until it is complete. One process at a time writes layouts.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("part")
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn clean(folder: &Path, wanted: &HashSet<Digest>) -> io::Result<()> {
    for algorithm in ALGORITHMS {
        let folder = folder.join("blobs").join(algorithm.as_str());
        let entries = match fs::read_dir(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let digest = name.to_str().and_then(|hex| format!("{algorithm}:{hex}").parse::<Digest>().ok());
            if digest.is_none_or(|digest| !wanted.contains(&digest)) {
                gone(fs::remove_file(entry.path()))?;
            }
        }
    }
    Ok(())
}

/// Goes through folders until they are layouts; they are as deep as names of repositories have parts.
fn look_for(root: &Path, folder: &Path, all: &mut BTreeSet<RepositoryName>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name() == LAYOUT {
            let name = folder.strip_prefix(root).ok().and_then(Path::to_str);
            all.extend(name.and_then(|name| name.parse().ok()));
        } else if entry.file_type()?.is_dir() {
            look_for(root, &entry.path(), all)?;
        }
    }
    Ok(())
}

/// What is not there is gone.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
