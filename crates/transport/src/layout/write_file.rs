//! Writing a stream to a file in large writes off the async threads, the next one gathered meanwhile.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::task::JoinHandle;

use crate::{TransportError, TransportResult};

/// How much is gathered before it is written.
const GATHER: usize = 1024 * 1024;

/// Pieces below this size are joined by copying; larger ones are written as they are.
const JOIN: usize = 32 * 1024;

/// A file that is written, and what that is called in errors.
#[derive(Clone)]
pub(crate) struct Writing {
    pub(crate) file: Arc<File>,
    /// Held by every write under way, also by one that nobody waits for any more.
    pub(crate) held: Arc<()>,
    pub(crate) what: String,
}

/// Writes bytes one after the other from an offset on.
pub(crate) struct GatheringWriter {
    to: Writing,
    position: u64,
    held: Vec<Bytes>,
    joined: BytesMut,
    gathered: usize,
    under_way: Option<JoinHandle<io::Result<()>>>,
}

impl GatheringWriter {
    pub(crate) fn new(to: Writing, position: u64) -> Self {
        Self { to, position, held: Vec::new(), joined: BytesMut::new(), gathered: 0, under_way: None }
    }

    /// Where the next byte goes.
    pub(crate) fn position(&self) -> u64 {
        self.position + self.gathered as u64
    }

    /// Takes some bytes. Waits only while the write before the last is still under way.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> TransportResult<()> {
        self.gathered += bytes.len();
        if bytes.len() < JOIN {
            self.joined.extend_from_slice(&bytes);
        } else {
            self.end_joined();
            self.held.push(bytes);
        }
        if self.gathered >= GATHER {
            self.settle().await?;
            self.start();
        }
        Ok(())
    }

    /// Writes what is gathered and waits until all of it has been taken by the system.
    pub(crate) async fn flush(&mut self) -> TransportResult<()> {
        self.settle().await?;
        self.start();
        self.settle().await
    }

    fn end_joined(&mut self) {
        if !self.joined.is_empty() {
            self.held.push(self.joined.split().freeze());
        }
    }

    fn start(&mut self) {
        self.end_joined();
        let (to, held, at) = (self.to.clone(), std::mem::take(&mut self.held), self.position);
        self.position += std::mem::take(&mut self.gathered) as u64;
        if !held.is_empty() {
            self.under_way = Some(tokio::task::spawn_blocking(move || {
                let Writing { file, held: until_written, .. } = to;
                let written = write_all_at(&file, &held, at);
                drop(until_written);
                written
            }));
        }
    }

    async fn settle(&mut self) -> TransportResult<()> {
        let Some(under_way) = self.under_way.take() else { return Ok(()) };
        match under_way.await {
            Ok(written) => written.map_err(|cause| TransportError::io(&self.to.what, cause)),
            Err(cause) => {
                Err(TransportError::Unavailable { what: self.to.what.clone(), cause: Box::new(cause) })
            }
        }
    }
}

fn write_all_at(file: &File, pieces: &[Bytes], mut at: u64) -> io::Result<()> {
    for piece in pieces {
        file.write_all_at(piece, at)?;
        at += piece.len() as u64;
    }
    Ok(())
}
