//! Opening a store's folder, and making it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portolan_catalog::UploadId;

use super::claims::Claims;
use super::commit_lock::CommitLock;
use super::disk_backend::{Disk, FolderSyncs};
use super::names::{ALGORITHMS, Names};
use super::{DiskBackend, Files, Folder, FolderSync, SystemFiles, lock, off_thread};
use crate::backend::BackendError;
use crate::backend::error::BackendResult;

/// Who else may have the store open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// Other processes of this host.
    Shared,
    /// Nobody: the store is rebuilt.
    Alone,
}

impl DiskBackend {
    /// Opens a folder as a store's; it is made if it is not there.
    ///
    /// # Errors
    /// [`InUse`](BackendError::InUse) if another process has the store in a way that does not go with `sharing`,
    /// [`NoHardLinks`](BackendError::NoHardLinks), or if the folder cannot be made or written.
    pub async fn open(folder: PathBuf, sharing: Sharing) -> Result<Self, BackendError> {
        Self::open_with(folder, sharing, Arc::new(SystemFiles)).await
    }

    pub(crate) async fn open_with(
        folder: PathBuf,
        sharing: Sharing,
        files: Arc<dyn Files>,
    ) -> BackendResult<Self> {
        off_thread("opening the store", move || open(folder, sharing, files)).await
    }
}

fn open(folder: PathBuf, sharing: Sharing, files: Arc<dyn Files>) -> BackendResult<DiskBackend> {
    let names = Names::below(folder);
    make_folders(&names, &*files)?;
    let path = names.root().join("lock");
    let locked = match sharing {
        Sharing::Shared => lock::try_shared(&path)?,
        Sharing::Alone => lock::try_alone(&path)?,
    };
    let lock = locked.ok_or_else(|| BackendError::InUse(names.root().to_owned()))?;
    must_have_hard_links(&names, &*files)?;
    remove_unfinished_packs(&names, &*files)
        .map_err(|cause| BackendError::io("removing unfinished packs", cause))?;
    let sync = |folder| FolderSync::new(names.folder(folder));
    let [sha256, sha512] = ALGORITHMS.map(|algorithm| sync(Folder::Blobs(algorithm)));
    let syncs = FolderSyncs { sha256, sha512, uploads: sync(Folder::Uploads), packs: sync(Folder::Packs) };
    Ok(DiskBackend(Arc::new(Disk {
        names,
        files,
        syncs,
        commits: CommitLock::default(),
        claims: Claims::default(),
        _lock: lock,
    })))
}

/// Makes what is missing, and makes it durable: a blob in a folder that is gone after a power cut is gone too.
fn make_folders(names: &Names, files: &dyn Files) -> BackendResult<()> {
    let failed = |path: &Path| {
        let what = format!("making {}", path.display());
        move |cause| BackendError::io(what, cause)
    };
    let wanted = ALGORITHMS.map(Folder::Blobs).into_iter().chain([
        Folder::Uploads,
        Folder::Quarantine,
        Folder::Packs,
        Folder::Records,
    ]);
    for path in wanted.map(|folder| names.folder(folder)).filter(|path| !path.is_dir()) {
        files.make_folder(&path).map_err(failed(&path))?;
        let above = path.ancestors().skip(1).take_while(|above| above.starts_with(names.root()));
        for above in above.chain(names.root().parent().filter(|above| above.is_dir())) {
            files.sync_folder(above).map_err(failed(above))?;
        }
    }
    Ok(())
}

/// Packs that nobody seals any more. Who writes one has it locked; one that is empty was just made.
fn remove_unfinished_packs(names: &Names, files: &dyn Files) -> io::Result<()> {
    for entry in std::fs::read_dir(names.folder(Folder::Packs))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "part") {
            continue;
        }
        let file = std::fs::File::open(&path)?;
        if file.try_lock_shared().is_ok() && file.metadata()?.len() > 0 {
            files.remove(&path)?;
        }
    }
    Ok(())
}

fn must_have_hard_links(names: &Names, files: &dyn Files) -> BackendResult<()> {
    let [one, other] = [UploadId::random(), UploadId::random()].map(|id| names.part(&id));
    let tried = files.create(&one).map(drop);
    tried.map_err(|cause| BackendError::io(format!("writing in {}", names.root().display()), cause))?;
    let linked = files.link(&one, &other);
    let removed = [&one, &other].map(|path| files.remove(path));
    linked.map_err(|cause| match cause.kind() {
        io::ErrorKind::StorageFull => BackendError::io("a link", cause),
        _ => BackendError::NoHardLinks { folder: names.root().to_owned(), cause },
    })?;
    for removed in removed {
        removed.map_err(|cause| BackendError::io("removing a file that was tried", cause))?;
    }
    Ok(())
}
