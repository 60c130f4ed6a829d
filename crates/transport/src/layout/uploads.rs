//! Blobs on their way into a layout: files in `.uploads`, renamed when they are whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use futures::StreamExt;
use portolan_oci::{Descriptor, Verified};

use super::folder::Folder;
use super::{GatheringWriter, Writing, off_thread};
use crate::{Chunk, Content, Piece, Resumed, TransportError, TransportResult, UploadState};

impl Folder {
    /// The file of an upload; `None` if the session was never one of ours.
    fn upload(&self, state: &UploadState) -> Option<PathBuf> {
        let ours = state.session.starts_with(&prefix(state))
            && state.session.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        ours.then(|| self.uploads().join(&state.session))
    }
}

fn prefix(state: &UploadState) -> String {
    format!("{}-{}.", state.digest.algorithm(), state.digest.encoded())
}

fn lost(state: &UploadState) -> TransportError {
    TransportError::SessionLost { what: format!("blob {}", state.digest) }
}

fn failed(state: &UploadState, cause: io::Error) -> TransportError {
    match cause.kind() {
        io::ErrorKind::NotFound => lost(state),
        _ => TransportError::io(format!("writing blob {}", state.digest), cause),
    }
}

pub(super) async fn begin(folder: &Arc<Folder>, blob: &Descriptor) -> TransportResult<UploadState> {
    let mut state = UploadState { digest: blob.digest, offset: 0, session: String::new(), min_chunk: None };
    state.session = format!("{}{:016x}", prefix(&state), rand::random::<u64>());
    let (folder, named) = (Arc::clone(folder), state.clone());
    off_thread("beginning an upload", move || {
        let path = folder.upload(&named).ok_or_else(|| lost(&named))?;
        let create = || fs::create_dir_all(folder.uploads()).and_then(|()| File::create_new(&path));
        // Whoever ends the last upload removes the folder, perhaps between the two steps.
        create().or_else(|_| create()).map_err(|cause| failed(&named, cause))
    })
    .await?;
    Ok(state)
}

/// What of an upload is there: the file, cut back to what was acknowledged, and locked. The lock is held by
/// every write under way, also by one that nobody waits for any more: none can come after its successor.
fn open_at(folder: &Folder, state: &UploadState) -> TransportResult<File> {
    let path = folder.upload(state).ok_or_else(|| lost(state))?;
    let opened = OpenOptions::new().read(true).write(true).open(path);
    let file = opened.map_err(|cause| failed(state, cause))?;
    let len = file.lock().and_then(|()| file.metadata()).map_err(|cause| failed(state, cause))?.len();
    if len < state.offset {
        return Err(lost(state));
    }
    if len > state.offset {
        file.set_len(state.offset).map_err(|cause| failed(state, cause))?;
    }
    Ok(file)
}

pub(super) async fn resume(folder: &Arc<Folder>, state: &UploadState) -> TransportResult<Resumed> {
    let (folder, wanted) = (Arc::clone(folder), state.clone());
    match off_thread("resuming an upload", move || open_at(&folder, &wanted)).await {
        Ok(_) => Ok(Resumed::At(state.clone())),
        Err(TransportError::SessionLost { .. }) => Ok(Resumed::Gone),
        Err(error) => Err(error),
    }
}

pub(super) async fn append(
    folder: &Arc<Folder>,
    state: &UploadState,
    chunk: Chunk,
) -> TransportResult<UploadState> {
    let (file, mut writer) = writer(folder, state).await?;
    let end = write_chunk(&mut writer, state, chunk).await?;
    let (durability, named) = (folder.durability, state.clone());
    off_thread("writing a chunk", move || durability.sync_data(&file).map_err(|cause| failed(&named, cause)))
        .await?;
    Ok(end)
}

/// Writes a chunk, no more and no less than it said; the state behind it.
pub(crate) async fn write_chunk(
    writer: &mut GatheringWriter,
    state: &UploadState,
    chunk: Chunk,
) -> TransportResult<UploadState> {
    let (mut position, end) = (state.offset, state.offset + chunk.len());
    let mut pieces = chunk.into_stream();
    while let Some(bytes) = pieces.next().await.transpose()? {
        position += bytes.len() as u64;
        must_end(state, position, end)?;
        writer.write(bytes).await?;
    }
    writer.flush().await?;
    if position == end {
        return Ok(UploadState { offset: end, ..state.clone() });
    }
    Err(TransportError::Rejected {
        what: format!("a chunk of blob {}", state.digest),
        message: format!("it ended at byte {position}, not {end}"),
    })
}

fn must_end(state: &UploadState, position: u64, end: u64) -> TransportResult<()> {
    if position <= end {
        return Ok(());
    }
    Err(TransportError::Rejected {
        what: format!("blob {}", state.digest),
        message: "more bytes came than were announced".to_owned(),
    })
}

async fn writer(folder: &Arc<Folder>, state: &UploadState) -> TransportResult<(Arc<File>, GatheringWriter)> {
    let (folder, wanted) = (Arc::clone(folder), state.clone());
    let file = Arc::new(off_thread("opening an upload", move || open_at(&folder, &wanted)).await?);
    let what = format!("writing blob {}", state.digest);
    let to = Writing { file: Arc::clone(&file), held: Arc::default(), what };
    Ok((file, GatheringWriter::new(to, state.offset)))
}

pub(super) async fn finish(
    folder: &Arc<Folder>,
    state: &UploadState,
    content: Content,
) -> TransportResult<()> {
    let (_, mut writer) = writer(folder, state).await?;
    let proof = match write_to_end(&mut writer, state, content).await {
        Err(error @ TransportError::Content { .. }) => {
            // Somewhere before its end the content is wrong: nothing of it is worth keeping.
            abort(folder, state).await?;
            return Err(error);
        }
        ended => ended?,
    };
    let whole = UploadState { offset: writer.position(), ..state.clone() };
    drop(writer);
    commit(folder, &whole, &proof).await
}

/// Writes all pieces; the proof comes with the last one. More bytes than announced are never written: in an
/// archive something else follows.
pub(crate) async fn write_to_end(
    writer: &mut GatheringWriter,
    state: &UploadState,
    content: Content,
) -> TransportResult<Verified> {
    let mut proof = None;
    let end = writer.position() + content.remaining();
    let mut pieces = content.into_pieces();
    while let Some(piece) = pieces.next().await {
        let (bytes, last) = match piece? {
            Piece::Data(bytes) => (bytes, None),
            Piece::Last(bytes, verified) => (bytes, Some(verified)),
        };
        must_end(state, writer.position() + bytes.len() as u64, end)?;
        writer.write(bytes).await?;
        proof = last.or(proof);
    }
    writer.flush().await?;
    proof.ok_or_else(|| TransportError::Rejected {
        what: format!("blob {}", state.digest),
        message: "its content ended without the proof that it is right".to_owned(),
    })
}

pub(super) async fn commit(
    folder: &Arc<Folder>,
    state: &UploadState,
    proof: &Verified,
) -> TransportResult<()> {
    must_fit(state, proof)?;
    let (folder, state) = (Arc::clone(folder), state.clone());
    off_thread("committing a blob", move || {
        let file = open_at(&folder, &state)?;
        let path = folder.upload(&state).ok_or_else(|| lost(&state))?;
        let placed = folder.durability.sync_file(&file).and_then(|()| {
            let blobs = folder.make_blobs(state.digest.algorithm())?;
            fs::rename(path, folder.blob(&state.digest))?;
            folder.durability.sync_folder(&blobs)
        });
        placed.map_err(|cause| failed(&state, cause))
    })
    .await
}

/// Checks that the proof is about this upload and that all of its bytes have been appended.
pub(crate) fn must_fit(state: &UploadState, proof: &Verified) -> TransportResult<()> {
    if *proof.digest() == state.digest && proof.size() == state.offset {
        return Ok(());
    }
    Err(TransportError::Rejected {
        what: format!("blob {}", state.digest),
        message: format!(
            "{} bytes were sent, the proof is of {} bytes of {}",
            state.offset,
            proof.size(),
            proof.digest()
        ),
    })
}

pub(super) async fn abort(folder: &Arc<Folder>, state: &UploadState) -> TransportResult<()> {
    let (folder, state) = (Arc::clone(folder), state.clone());
    off_thread("aborting an upload", move || {
        let Some(path) = folder.upload(&state) else { return Ok(()) };
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(failed(&state, cause)),
            _ => Ok(()),
        }
    })
    .await
}
