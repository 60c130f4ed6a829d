//! Reads a blob from its source into a fan-out, and hashes it.

use bytes::Bytes;
use futures::StreamExt as _;
use portolan_oci::{Descriptor, Verifier};
use portolan_transport::{BlobRead, TransportError, TransportResult};

use super::window::{Deserted, Fanout};

/// Reads `blob` from the verifier's offset to its end. What goes wrong is found in
/// [`Fanout::source_failure`]. Every `chunk` bytes the state of the hash is remembered.
pub(crate) async fn pump(read: BlobRead, blob: &Descriptor, verifier: Verifier, chunk: u64, fanout: &Fanout) {
    let pump = Pump { blob, verifier, chunk, fanout, held: None };
    if let Err(cause) = pump.run(read).await {
        fanout.fail(cause);
    }
}

struct Pump<'a> {
    blob: &'a Descriptor,
    verifier: Verifier,
    chunk: u64,
    fanout: &'a Fanout,
    /// The last bytes read: they go on when more are there, or the proof.
    held: Option<Bytes>,
}

impl Pump<'_> {
    async fn run(mut self, read: BlobRead) -> TransportResult<()> {
        let what = format!("blob {}", self.blob.digest);
        self.fanout.snapshot(&self.verifier);
        let mut skip = self.verifier.offset().saturating_sub(read.offset);
        let mut stream = read.stream;
        while let Some(bytes) = stream.next().await {
            let mut bytes = bytes?;
            let known = usize::try_from(skip.min(bytes.len() as u64)).unwrap_or_default();
            skip -= known as u64;
            let _ = bytes.split_to(known);
            match self.take(bytes).await {
                Ok(()) => {}
                Err(Stop::Deserted) => return Ok(()),
                Err(Stop::Wrong(cause)) => return Err(TransportError::content(what, cause)),
            }
        }
        let verified = self.verifier.finish().map_err(|cause| TransportError::content(what, cause))?;
        // If nobody is left to hear the end, there is nothing to do.
        let _: Result<(), Deserted> = self.fanout.end(self.held, verified).await;
        Ok(())
    }

    /// Hashes and passes on, in parts that end at the chunk boundaries.
    async fn take(&mut self, mut bytes: Bytes) -> Result<(), Stop> {
        while !bytes.is_empty() {
            let left = self.chunk - self.verifier.offset() % self.chunk;
            let part = bytes.split_to(usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()));
            self.verifier.update(&part).map_err(Stop::Wrong)?;
            if self.verifier.offset().is_multiple_of(self.chunk) {
                self.fanout.snapshot(&self.verifier);
            }
            if let Some(before) = self.held.replace(part) {
                self.fanout.push(before).await.map_err(|Deserted| Stop::Deserted)?;
            }
        }
        Ok(())
    }
}

enum Stop {
    Deserted,
    Wrong(portolan_oci::VerifyError),
}
