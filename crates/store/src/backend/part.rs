//! The bytes of an upload session on their way in.

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::BackendError;

/// What has to be remembered of a session's durable bytes to go on with them, in this process or another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartState {
    written: u64,
    /// What is found by the session's name after a power cut; otherwise only this process knows of it for certain.
    named: bool,
}

impl PartState {
    pub(crate) fn new(written: u64) -> Self {
        Self { written, named: false }
    }

    pub(crate) fn named(written: u64) -> Self {
        Self { written, named: true }
    }

    pub(crate) fn is_named(&self) -> bool {
        self.named
    }

    /// How many bytes are durable.
    pub fn written(&self) -> u64 {
        self.written
    }
}

/// Takes the bytes of a session. Dropping it keeps what was flushed.
#[async_trait]
pub trait PartWriter: Send {
    /// Writes what follows. The bytes are with the system then and not on disk. If the future is dropped, the
    /// writer has to be dropped too, and the session resumed.
    ///
    /// # Errors
    /// [`Full`](BackendError::Full), or any other; what is written is unknown then, and [`written`](Self::written)
    /// stays as it was.
    async fn write(&mut self, pieces: Vec<Bytes>) -> Result<(), BackendError>;

    /// Makes durable all that was written before this call, so that another process can go on from it after a
    /// power cut. May be awaited while more is written.
    ///
    /// # Errors
    /// If it fails. The bytes are given up then: each later flush and finish fails with
    /// [`GivenUp`](BackendError::GivenUp).
    fn flush(&mut self) -> BoxFuture<'static, Result<PartState, BackendError>>;

    /// Makes durable all that was written, to be placed. Unlike after a [`flush`](Self::flush), the session itself
    /// may be gone after a power cut.
    ///
    /// # Errors
    /// As for [`flush`](Self::flush).
    async fn finish(self: Box<Self>) -> Result<PartState, BackendError>;

    /// How many bytes were written, those that were there when it was resumed included.
    fn written(&self) -> u64;
}

/// Bytes have been placed and are durable. Until this is dropped nobody sweeps them away: it is held until the row
/// is committed that names them.
#[derive(Debug)]
#[must_use = "what no row names may be swept as soon as this is dropped"]
pub struct Placed(#[expect(dead_code, reason = "held, never looked at")] Box<dyn Held>);

/// Something that holds a sweep back while it lives.
pub(crate) trait Held: std::fmt::Debug + Send + Sync {}

impl Placed {
    pub(crate) fn holding(held: impl Held + 'static) -> Self {
        Self(Box::new(held))
    }
}
