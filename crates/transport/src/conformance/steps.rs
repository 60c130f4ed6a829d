//! What the checks do again and again.

use bytes::Bytes;
use futures::StreamExt;
use portolan_oci::{Descriptor, Tag, TagOrDigest, Verifier};

use super::check::{Broken, Outcome, hold};
use super::samples::{Blob, Image};
use crate::{
    Begun, ByteStream, Content, MountFrom, PutAs, PutOutcome, Resumed, Source, Target, TransportError,
    TransportResult, UploadState,
};

/// Pieces of this size are what streams give.
const PIECE: usize = 100_000;

pub(super) fn tag(text: &str) -> Result<Tag, Broken> {
    text.parse().map_err(|error| Broken(format!("{error}")))
}

pub(super) fn by_tag(text: &str) -> Result<TagOrDigest, Broken> {
    Ok(TagOrDigest::Tag(tag(text)?))
}

/// The bytes as a stream of pieces.
pub(super) fn stream(bytes: &Bytes) -> ByteStream {
    let bytes = bytes.clone();
    let starts = (0..bytes.len()).step_by(PIECE);
    futures::stream::iter(starts)
        .map(move |start| Ok(bytes.slice(start..bytes.len().min(start + PIECE))))
        .boxed()
}

/// Begins an upload that is not there yet.
pub(super) async fn begin(target: &dyn Target, blob: &Blob) -> Result<UploadState, Broken> {
    match target.begin(&blob.descriptor, &MountFrom::Nowhere).await? {
        Begun::Upload(state) => Ok(state),
        Begun::Mounted => Err(Broken("a blob that was never sent is said to be there".to_owned())),
    }
}

/// Sends what remains of a blob.
pub(super) async fn finish(target: &dyn Target, state: &UploadState, blob: &Blob) -> TransportResult<()> {
    let sent = usize::try_from(state.offset).unwrap_or(usize::MAX).min(blob.len());
    let mut verifier = Verifier::new(&blob.descriptor);
    let what = blob.descriptor.digest.to_string();
    verifier.update(&blob.bytes.slice(..sent)).map_err(|cause| TransportError::content(&what, cause))?;
    let rest = stream(&blob.bytes.slice(sent..));
    target.finish(state, Content::verifying(verifier, blob.descriptor.size, rest, what)).await
}

/// Brings a blob to a target, whatever it has of it.
pub(super) async fn send(target: &dyn Target, blob: &Blob) -> TransportResult<()> {
    match target.begin(&blob.descriptor, &MountFrom::Nowhere).await? {
        Begun::Mounted => Ok(()),
        Begun::Upload(state) => finish(target, &state, blob).await,
    }
}

/// Brings an image with its blobs to a target.
pub(super) async fn put(target: &dyn Target, image: &Image, name: &PutAs) -> TransportResult<PutOutcome> {
    for blob in &image.blobs {
        send(target, blob).await?;
    }
    target.put_manifest(&image.manifest, name).await
}

/// How often an upload is gone on with. What a sender broke off may still be on its way to the place when it is asked
/// how far it has come: then the next bytes are refused, and it is asked again, as every caller does.
const ATTEMPTS: u32 = 3;

/// Goes on with an upload where it is, or begins again: a place may find out only by the next bytes that it
/// cannot go on.
pub(super) async fn complete(target: &dyn Target, remembered: &UploadState, blob: &Blob) -> Outcome {
    for attempt in 1..=ATTEMPTS {
        let Resumed::At(state) = target.resume(remembered).await? else { break };
        hold!(state.offset <= blob.descriptor.size, "resumed at {} of {} bytes", state.offset, blob.len());
        match finish(target, &state, blob).await {
            Err(TransportError::SessionLost { .. }) => break,
            Err(error) if error.is_retryable() && attempt < ATTEMPTS => {}
            finished => return Ok(finished?),
        }
    }
    let state = begin(target, blob).await?;
    Ok(finish(target, &state, blob).await?)
}

/// The blob's bytes from the offset that the source chose.
pub(super) async fn read(
    source: &dyn Source,
    blob: &Descriptor,
    offset: u64,
) -> TransportResult<(u64, Vec<u8>)> {
    let mut read = source.blob(blob, offset).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = read.stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok((read.offset, bytes))
}

/// The target has the blob, and a reader gets exactly its bytes.
pub(super) async fn must_have(target: &dyn Target, source: &dyn Source, blob: &Blob) -> Outcome {
    hold!(
        target.has_blob(&blob.descriptor).await?,
        "a blob of {} bytes was sent and is not there",
        blob.len()
    );
    let (offset, bytes) = read(source, &blob.descriptor, 0).await?;
    hold!(offset == 0, "a blob was asked for from its start and came from {offset}");
    hold!(bytes == blob.bytes, "a blob of {} bytes came back as {} other bytes", blob.len(), bytes.len());
    Ok(())
}

/// Neither the target nor a reader knows the blob.
pub(super) async fn must_not_have(target: &dyn Target, blob: &Blob) -> Outcome {
    hold!(!target.has_blob(&blob.descriptor).await?, "a blob that was not committed is visible");
    Ok(())
}
