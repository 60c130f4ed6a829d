//! One session: what has come of it.

use std::fmt;

use bytes::Bytes;
use futures::StreamExt as _;
use jiff::Timestamp;
use portolan_catalog::{SaveUpload, UploadId, UploadSession};
use portolan_oci::{Algorithm, Digest, Hashing, Verified};

use super::gather::Pieces;
use super::open::Open;
use crate::{BackendError, PartState, PartWriter, Store, StoreError, StoreResult};

/// Below this, hashing is done where we are: handing it to another thread costs more.
const HASHED_HERE: u64 = 32 << 10;

/// Who proves that content is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The store: it hashes what comes, and compares at the end.
    Hashing(Algorithm),
    /// The caller, who has hashed it on its way: it ends the upload with a [`Verified`].
    Given,
}

/// What has come of an upload.
pub(crate) struct Session {
    hashing: Option<Hashing>,
    writer: Option<Box<dyn PartWriter>>,
    /// The part as it was flushed last.
    state: Option<PartState>,
    offset: u64,
    saved: Saved,
    /// Whether it has ended, or is in doubt: who has waited for it finds it in the catalogue, or not at all.
    over: bool,
    /// Whose turn it is to append: the catalogue's word for it.
    token: u64,
    started_at: Timestamp,
}

/// What of a session is in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saved {
    Nothing,
    UpTo(u64),
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("offset", &self.offset)
            .field("saved", &self.saved)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(proof: Proof) -> Self {
        let hashing = match proof {
            Proof::Hashing(algorithm) => Some(Hashing::new(algorithm)),
            Proof::Given => None,
        };
        Self {
            hashing,
            writer: None,
            state: None,
            offset: 0,
            saved: Saved::Nothing,
            over: false,
            token: 0,
            started_at: Timestamp::now(),
        }
    }

    /// One that was written down, with its hash and its part as they were then.
    pub(super) fn again(saved: &UploadSession, hashing: Option<Hashing>, state: PartState) -> Self {
        Self {
            hashing,
            writer: None,
            state: Some(state),
            offset: saved.offset,
            saved: Saved::UpTo(saved.offset),
            over: false,
            token: saved.token,
            started_at: saved.started_at,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn saved(&self) -> Saved {
        self.saved
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Ends it in this process, and lets go of its file.
    pub(super) fn end(&mut self) {
        self.over = true;
        self.writer = None;
    }

    /// Gives back what was written behind the place that is written down: all of it where none is. For a session
    /// that has ended here.
    pub(super) async fn give_back(&mut self, store: &Store, id: UploadId) -> StoreResult<()> {
        match (&self.state, self.saved) {
            (Some(state), Saved::UpTo(offset)) => drop(store.backend().resume(&id, state, offset).await?),
            (_, Saved::UpTo(_)) => {}
            (_, Saved::Nothing) => store.backend().discard(&id).await?,
        }
        Ok(())
    }

    async fn writer(&mut self, store: &Store, id: UploadId) -> StoreResult<&mut Box<dyn PartWriter>> {
        let writer = match (self.writer.take(), &self.state) {
            (Some(writer), _) => writer,
            (None, Some(state)) => store.backend().resume(&id, state, self.offset).await?,
            (None, None) => store.backend().begin(&id).await?,
        };
        Ok(self.writer.insert(writer))
    }

    /// Hashes and writes the next bytes: one after the other, which takes the processors less than both at once, as
    /// the bytes need not be in the caches of two.
    pub(super) async fn take(&mut self, store: &Store, open: &Open, pieces: Pieces) -> StoreResult<()> {
        self.hashing = hash(self.hashing.take(), pieces.clone()).await?;
        self.writer(store, open.id).await?.write(pieces.bytes).await?;
        self.offset += pieces.length;
        open.is_at(self.offset);
        Ok(())
    }

    /// How many bytes have come that would be lost with this process.
    pub(super) fn unsaved(&self) -> u64 {
        match self.saved {
            Saved::Nothing => self.offset,
            Saved::UpTo(offset) => self.offset - offset,
        }
    }

    /// Makes durable all that has come, to be placed. To be asked again when that failed.
    pub(super) async fn finish(&mut self, store: &Store, id: UploadId) -> StoreResult<PartState> {
        if let (None, Some(state)) = (&self.writer, &self.state)
            && state.written() == self.offset
        {
            return Ok(state.clone());
        }
        self.writer(store, id).await?;
        let Some(writer) = self.writer.take() else { return Err(StoreError::Closing) };
        let state = writer.finish().await?;
        self.state = Some(state.clone());
        Ok(state)
    }

    /// Makes durable what has come, and writes down where the upload is.
    pub(super) async fn save(&mut self, store: &Store, open: &Open) -> StoreResult<()> {
        if self.saved == Saved::UpTo(self.offset) {
            return Ok(());
        }
        let saved = self.begin_saving(store, open).await?.await?;
        self.is_saved(saved);
        Ok(())
    }

    /// What makes durable all that has come until now, and writes down that the upload is there. More may come
    /// while it does so. Its result is for [`is_saved`](Self::is_saved).
    pub(super) async fn begin_saving(
        &mut self,
        store: &Store,
        open: &Open,
    ) -> StoreResult<impl Future<Output = StoreResult<PartState>> + Send + 'static> {
        let flush = self.writer(store, open.id).await?.flush();
        let unreadable = |cause| StoreError::Unreadable(Box::new(cause));
        let hashing = self.hashing.as_ref().map(|hashing| serde_json::to_value(hashing.save())).transpose();
        let mut row = UploadSession {
            id: open.id,
            repository: open.repository.clone(),
            owner: open.owner.clone(),
            expected: None,
            offset: self.offset,
            hashing: hashing.map_err(unreadable)?,
            backend: serde_json::Value::Null,
            token: self.token,
            started_at: self.started_at,
            touched_at: self.started_at,
        };
        let store = store.clone();
        Ok(async move {
            let state = flush.await?;
            row.backend = serde_json::to_value(&state).map_err(unreadable)?;
            match store.content().save_upload(&row).await? {
                SaveUpload::TakenOver => Err(StoreError::OutOfOrder { offset: row.offset }),
                SaveUpload::Saved => Ok(state),
            }
        })
    }

    /// The upload is written down as far as this.
    pub(super) fn is_saved(&mut self, state: PartState) {
        self.saved = Saved::UpTo(state.written());
        self.state = Some(state);
    }

    /// Proves that what has come has this digest.
    pub(super) async fn prove(
        &mut self,
        store: &Store,
        id: UploadId,
        state: &PartState,
        digest: &Digest,
    ) -> StoreResult<Verified> {
        match self.hashing.clone() {
            Some(hashing) if hashing.algorithm() == digest.algorithm() => Ok(hashing.prove(digest, None)?),
            // It was not announced: all of it is read once.
            _ => {
                let hashing = hash_part(store, id, state, digest.algorithm()).await?;
                Ok(hashing.prove(digest, None)?)
            }
        }
    }
}

/// Hashes a part as far as it has come.
pub(super) async fn hash_part(
    store: &Store,
    id: UploadId,
    state: &PartState,
    algorithm: Algorithm,
) -> StoreResult<Hashing> {
    let mut hashing = Hashing::new(algorithm);
    let mut bytes = store.backend().read_part(&id, state).await?.into_stream();
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|cause| BackendError::io("reading an upload again", cause))?;
        let pieces = Pieces { length: piece.len() as u64, bytes: vec![piece] };
        hashing = hash(Some(hashing), pieces).await?.ok_or(StoreError::Closing)?;
    }
    Ok(hashing)
}

async fn hash(hashing: Option<Hashing>, pieces: Pieces) -> StoreResult<Option<Hashing>> {
    let Some(hashing) = hashing else { return Ok(None) };
    if pieces.length <= HASHED_HERE {
        return Ok(Some(update(hashing, &pieces.bytes)));
    }
    let hashed = tokio::task::spawn_blocking(move || update(hashing, &pieces.bytes)).await;
    hashed.map(Some).map_err(|_| StoreError::Closing)
}

fn update(mut hashing: Hashing, pieces: &[Bytes]) -> Hashing {
    for piece in pieces {
        hashing.update(piece);
    }
    hashing
}
