//! Changing `index.json`: one writer at a time, many changes in one write.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use portolan_oci::{Digest, MAX_MANIFEST_BYTES, Manifest, Verified};
use tokio::sync::oneshot;

use super::folder::Folder;
use super::{Edit, IndexJson};
use crate::{TransportError, TransportResult};

/// A change with what it needs on the disk.
pub(super) struct Change {
    pub(super) edit: Edit,
    /// The manifest that is named: it must be there when its entry is.
    pub(super) manifest: Option<(Verified, Bytes)>,
}

struct Waiting {
    change: Change,
    done: oneshot::Sender<TransportResult<bool>>,
}

/// Gathers changes: while one write is under way the next ones queue, and all of them go into the next write.
/// Forty tags put at once cost two or three writes.
#[derive(Default)]
pub(super) struct IndexWriter {
    queue: Arc<Mutex<Vec<Waiting>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl IndexWriter {
    /// Makes a change and waits until it is durable; `true` if anything is different now. A change that was
    /// submitted is made even if nobody waits for it any more.
    pub(super) async fn submit(&self, folder: &Arc<Folder>, change: Change) -> TransportResult<bool> {
        let (done, outcome) = oneshot::channel();
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { change, done });
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let batch = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
        if !batch.is_empty() {
            let folder = Arc::clone(folder);
            tokio::task::spawn_blocking(move || {
                let _turn = turn;
                write_batch(&folder, batch);
            });
        }
        outcome.await.unwrap_or_else(|cause| {
            Err(TransportError::Unavailable {
                what: "changing index.json".to_owned(),
                cause: Box::new(cause),
            })
        })
    }
}

fn write_batch(folder: &Folder, batch: Vec<Waiting>) {
    let changes: Vec<_> = batch.iter().map(|waiting| &waiting.change).collect();
    match change_index(folder, &changes) {
        Ok(changed) => {
            for (waiting, changed) in batch.into_iter().zip(changed) {
                // Who gave up waiting needs no answer.
                let _ = waiting.done.send(Ok(changed));
            }
        }
        Err(cause) => {
            for waiting in batch {
                let cause = io::Error::new(cause.kind(), cause.to_string());
                let what = format!("changing {}", folder.index_json().display());
                let _ = waiting.done.send(Err(TransportError::io(what, cause)));
            }
        }
    }
}

/// Makes all changes under the lock. Other processes hold the same lock, so what they wrote is seen here and
/// what is written here is seen by them. The lock is on the marker file: the one file of a layout that is
/// never replaced, and no tool minds.
fn change_index(folder: &Folder, changes: &[&Change]) -> io::Result<Vec<bool>> {
    let lock = OpenOptions::new().read(true).write(true).open(folder.marker())?;
    lock.lock()?;
    let mut index = match fs::read(folder.index_json()) {
        Ok(bytes) => IndexJson::parse(&bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => IndexJson::default(),
        Err(error) => return Err(error),
    };
    let is_referrer = |digest: &Digest| is_referrer(folder, digest);
    let mut changed = Vec::with_capacity(changes.len());
    for change in changes {
        if let Some((proof, bytes)) = &change.manifest {
            folder.place_manifest(proof, bytes)?;
        }
        changed.push(index.apply(&change.edit, &is_referrer)?);
    }
    if changed.contains(&true) {
        replace(folder, &index)?;
    }
    for (change, changed) in changes.iter().zip(&mut changed) {
        if let Edit::Remove(digest) = &change.edit {
            *changed |= remove_blob(folder, digest)?;
        }
    }
    Ok(changed)
}

fn replace(folder: &Folder, index: &IndexJson) -> io::Result<()> {
    let next = folder.root().join(".index.json.next");
    let mut file = File::create(&next)?;
    file.write_all(&index.to_bytes()?)?;
    folder.durability.sync_file(&file)?;
    fs::rename(&next, folder.index_json())?;
    folder.durability.sync_folder(folder.root())
}

fn remove_blob(folder: &Folder, digest: &Digest) -> io::Result<bool> {
    match fs::remove_file(folder.blob(digest)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a manifest has a subject; one that cannot be read has none.
fn is_referrer(folder: &Folder, digest: &Digest) -> bool {
    let bytes = folder.read_blob(digest, MAX_MANIFEST_BYTES).ok().flatten();
    bytes
        .and_then(|bytes| Manifest::parse(&bytes, None).ok())
        .is_some_and(|(manifest, _)| manifest.subject().is_some())
}
