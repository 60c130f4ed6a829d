//! One pass over the bytes of a blob, for all targets that need them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use futures::StreamExt as _;
use futures::future::{join, join_all};
use portolan_catalog::SavedUpload;
use portolan_oci::{Descriptor, Verifier};
use portolan_transport::{
    Begun, BlobRead, Chunk, Content, MountFrom, Source, TransportError, TransportResult, UploadState,
};
use tokio::sync::{SemaphorePermit, mpsc};
use tokio::time::Instant;

use super::lane::Lane;
use super::mover::Mover;
use super::pace::Pace;
use super::send::{Broken, Upload};
use crate::CopyError;
use crate::event::{BlobOutcome, Event};
use crate::fanout::{Fanout, Follower, pump};

/// What is transferred.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) source: &'a Arc<dyn Source>,
    pub(super) blob: &'a Descriptor,
}

/// To whom it is transferred in one pass.
pub(super) struct Pass<'a> {
    pub(super) uploads: Vec<Upload>,
    /// Free again for another blob when the source has been read and the first target is done.
    pub(super) place: SemaphorePermit<'a>,
    /// What the source gave, if it was asked before.
    pub(super) ahead: Option<TransportResult<BlobRead>>,
}

impl Mover {
    /// Sends the bytes; tells `broken` of the uploads that break, ready to be resumed: of each as soon as it
    /// breaks, of those that break with the source together.
    pub(super) async fn transfer(&self, job: Job<'_>, pass: Pass<'_>, broken: &mpsc::Sender<Vec<Broken>>) {
        let Pass { mut uploads, place, ahead } = pass;
        for upload in &mut uploads {
            upload.tries.begin(upload.state.offset);
            self.observer.observe(Event::BlobStarted {
                target: Arc::clone(&upload.lane.label),
                digest: job.blob.digest,
                size: job.blob.size,
                offset: upload.state.offset,
            });
        }
        match <[Upload; 1]>::try_from(uploads) {
            Ok([upload]) if !self.is_chunked(job.blob) => {
                let alone = self.send_alone(job, upload, ahead).await;
                tell(broken, alone.into_iter().collect()).await;
            }
            Ok([upload]) => self.fan_out(job, vec![upload], place, broken).await,
            Err(uploads) => self.fan_out(job, uploads, place, broken).await,
        }
    }

    fn is_chunked(&self, blob: &Descriptor) -> bool {
        blob.size > self.limits.chunked_over
    }

    /// The common case, without any hand-over: a small blob for one target streams straight through.
    async fn send_alone(
        &self,
        job: Job<'_>,
        upload: Upload,
        ahead: Option<TransportResult<BlobRead>>,
    ) -> Option<Broken> {
        let Job { source, blob } = job;
        let Upload { lane, mut state, tries, .. } = upload;
        if state.offset > 0 {
            // A small blob is not worth continuing: what the target has of it is dropped.
            let _ = lane.target.abort(&state).await;
            state = match lane.target.begin(blob, &MountFrom::Nowhere).await {
                Ok(Begun::Upload(state)) => state,
                Ok(Begun::Mounted) => {
                    self.proven(blob, &lane, BlobOutcome::Present);
                    return None;
                }
                Err(cause) => {
                    let cause = CopyError::target(&lane.label, cause);
                    return Some((Upload { lane, state, verifier: None, tries }, cause));
                }
            };
        }
        let what = format!("blob {} of {}", blob.digest, source.location());
        let read = match ahead {
            Some(read) => read,
            None => source.blob(blob, 0).await,
        };
        let read = match read {
            Ok(read) => read,
            Err(cause) => {
                let cause = CopyError::source(what, cause);
                return Some((Upload { lane, state, verifier: None, tries }, cause));
            }
        };
        let content = Content::verifying(Verifier::new(blob), blob.size, read.stream, what.clone());
        let (content, failed) = watch(content);
        match lane.target.finish(&state, self.metered_content(blob, &lane, content, 0)).await {
            Ok(()) => {
                self.proven(blob, &lane, BlobOutcome::Uploaded);
                None
            }
            Err(cause) => {
                let cause = match failed.get().cloned() {
                    Some(cause) => CopyError::Source { what, cause },
                    None => CopyError::target(&lane.label, cause),
                };
                Some((Upload { lane, state, verifier: None, tries }, cause))
            }
        }
    }

    /// One read, followed by each target at its own pace.
    async fn fan_out(
        &self,
        job: Job<'_>,
        uploads: Vec<Upload>,
        place: SemaphorePermit<'_>,
        broken: &mpsc::Sender<Vec<Broken>>,
    ) {
        let Job { source, blob } = job;
        let starts: Vec<u64> = uploads.iter().map(|upload| upload.state.offset).collect();
        let first = starts.iter().copied().min().unwrap_or_default();
        let verifier = uploads
            .iter()
            .filter_map(|upload| upload.verifier.clone())
            .filter(|verifier| verifier.offset() <= first)
            .max_by_key(Verifier::offset)
            .unwrap_or_else(|| Verifier::new(blob));
        let window = if uploads.len() == 1 { self.limits.window / 8 } else { self.limits.window };
        let what = format!("blob {} of {}", blob.digest, source.location());
        // The read is opened before the writes: who waits for a host's limit to write holds its read already.
        let read = match source.blob(blob, verifier.offset()).await {
            Ok(read) => read,
            Err(cause) => {
                let cause = CopyError::source(what, cause);
                let all = uploads.into_iter().map(|upload| (upload, cause.clone()));
                return tell(broken, all.collect()).await;
            }
        };
        let fanout = Fanout::new(verifier.offset(), &starts, window, self.limits.spool.clone());
        let reader = {
            let (blob, fanout, chunk) = (blob.clone(), Arc::clone(&fanout), self.limits.chunk);
            AbortOnDrop(tokio::spawn(async move { pump(read, &blob, verifier, chunk, &fanout).await }))
        };
        let sent = join_all(uploads.into_iter().enumerate().map(|(index, upload)| {
            let follower = Follower::new(&fanout, index);
            let (fanout, what) = (&fanout, &what);
            async move {
                let result = self.follow(blob, upload, &follower, fanout).await;
                follower.leave();
                match result.err().map(|(upload, cause)| blame(fanout, what, upload, cause)) {
                    Some((upload, cause)) if fanout.source_failure().is_none() => {
                        tell(broken, vec![(upload, cause)]).await;
                        None
                    }
                    by_source => by_source,
                }
            }
        }));
        let free = async {
            fanout.first_done().await;
            drop(place);
        };
        let (sent, ()) = join(sent, free).await;
        drop(reader);
        tell(broken, sent.into_iter().flatten().collect()).await;
    }

    async fn follow(
        &self,
        blob: &Descriptor,
        mut upload: Upload,
        follower: &Follower,
        fanout: &Fanout,
    ) -> Result<(), (Upload, TransportError)> {
        if self.is_chunked(blob)
            && let Err(cause) = self.append_chunks(blob, &mut upload, follower, fanout).await
        {
            return Err((upload, cause));
        }
        let (lane, at) = (&upload.lane, upload.state.offset);
        let content = self.metered_content(blob, lane, follower.rest(blob.size - at), at);
        if let Err(cause) = lane.target.finish(&upload.state, content).await {
            return Err((upload, cause));
        }
        if self.is_chunked(blob) {
            self.journal.forget_upload(&lane.place, &blob.digest);
        }
        self.proven(blob, lane, BlobOutcome::Uploaded);
        Ok(())
    }

    /// Appends all whole chunks but the last, and writes down after each where the upload stands.
    async fn append_chunks(
        &self,
        blob: &Descriptor,
        upload: &mut Upload,
        follower: &Follower,
        fanout: &Fanout,
    ) -> TransportResult<()> {
        let step = upload.state.min_chunk.unwrap_or(0).max(1).next_multiple_of(self.limits.chunk);
        let mut pace = Pace::new(step, self.limits.chunk_worth);
        loop {
            let at = upload.state.offset;
            let len = pace.next_at(at);
            if blob.size.saturating_sub(at) <= len {
                return Ok(());
            }
            let chunk = self.metered_chunk(blob, &upload.lane, follower.chunk(len), at);
            let begun = Instant::now();
            upload.state = upload.lane.target.append(&upload.state, chunk).await?;
            pace.learn(len, begun.elapsed());
            self.write_down(&upload.lane, &upload.state, fanout).await;
        }
    }

    async fn write_down(&self, lane: &Lane, state: &UploadState, fanout: &Fanout) {
        let (Some(verifier), Ok(session)) = (fanout.verifier_at(state.offset), serde_json::to_value(state))
        else {
            return;
        };
        let saved = SavedUpload {
            digest: state.digest,
            offset: state.offset,
            session,
            verifier: verifier.save(),
            updated_at: jiff::Timestamp::now(),
        };
        if let Err(cause) = self.journal.save_upload(&lane.place, &saved).await {
            tracing::warn!(%cause, "the state of an upload was not written down: a crash would cost more");
        }
    }

    fn metered_content(&self, blob: &Descriptor, lane: &Arc<Lane>, content: Content, at: u64) -> Content {
        let remaining = content.remaining();
        let meter = self.meter(blob, lane, at);
        let pieces = content.into_pieces().inspect(move |piece| {
            if let Ok(piece) = piece {
                meter(piece.bytes().len() as u64);
            }
        });
        Content::new(remaining, pieces.boxed())
    }

    fn metered_chunk(&self, blob: &Descriptor, lane: &Arc<Lane>, chunk: Chunk, at: u64) -> Chunk {
        let len = chunk.len();
        let meter = self.meter(blob, lane, at);
        let stream = chunk.into_stream().inspect(move |bytes| {
            if let Ok(bytes) = bytes {
                meter(bytes.len() as u64);
            }
        });
        Chunk::new(len, stream.boxed())
    }

    /// Counts what a target takes, from `at` on.
    fn meter(&self, blob: &Descriptor, lane: &Arc<Lane>, at: u64) -> impl Fn(u64) + Send + 'static {
        let (observer, lane, digest) = (Arc::clone(&self.observer), Arc::clone(lane), blob.digest);
        let sent = AtomicU64::new(at);
        move |more| {
            lane.count_bytes(more);
            let sent = sent.fetch_add(more, Ordering::Relaxed) + more;
            observer.observe(Event::BlobProgress { target: Arc::clone(&lane.label), digest, sent });
        }
    }
}

/// Whose fault it is that an upload broke, and where it can be taken up.
fn blame(fanout: &Fanout, what: &str, mut upload: Upload, cause: TransportError) -> Broken {
    upload.verifier = fanout.verifier_at(upload.state.offset);
    let cause = match fanout.source_failure() {
        Some(cause) => CopyError::Source { what: what.to_owned(), cause },
        None => CopyError::target(&upload.lane.label, cause),
    };
    (upload, cause)
}

async fn tell(broken: &mpsc::Sender<Vec<Broken>>, uploads: Vec<Broken>) {
    if !uploads.is_empty() {
        // Who would hear of it waits for this pass.
        let _ = broken.send(uploads).await;
    }
}

type Failure = Arc<OnceLock<Arc<TransportError>>>;

/// Keeps the failure of the source, or of the verification of what it gave, so that it is not taken for the
/// target's. What goes on in its place breaks the request off.
fn watch(content: Content) -> (Content, Failure) {
    let failure = Failure::default();
    let remaining = content.remaining();
    let kept = Arc::clone(&failure);
    let pieces = content.into_pieces().map(move |piece| {
        piece.map_err(|cause| {
            let cause = Arc::clone(kept.get_or_init(|| Arc::new(cause)));
            TransportError::Unavailable {
                what: "reading the blob from its source".to_owned(),
                cause: Box::new(cause),
            }
        })
    });
    (Content::new(remaining, pieces.boxed()), failure)
}

/// A task that ends with the one that waits for it.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
