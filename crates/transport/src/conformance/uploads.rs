//! Blobs on their way in.

use bytes::Bytes;
use futures::StreamExt;
use portolan_oci::Verifier;

use super::check::{Outcome, hold};
use super::place::PlaceUnderTest;
use super::samples::Blob;
use super::steps::{begin, complete, finish, must_have, must_not_have, send, stream};
use crate::{ByteStream, Chunk, Content, Resumed, Support, Target, TransportError, UploadState};

const MIB: usize = 1024 * 1024;

async fn sent_whole(place: &dyn PlaceUnderTest, blob: Blob) -> Outcome {
    let target = place.target().await?;
    must_not_have(&*target, &blob).await?;
    let state = begin(&*target, &blob).await?;
    hold!(state.offset == 0 && state.digest == blob.descriptor.digest, "an upload began as {state:?}");
    finish(&*target, &state, &blob).await?;
    read_back(place, &*target, &blob).await
}

async fn read_back(place: &dyn PlaceUnderTest, target: &dyn Target, blob: &Blob) -> Outcome {
    let keeper = super::samples::Image::oci("keeper")?;
    super::steps::put(target, &keeper, &crate::PutAs::Tag(super::steps::tag("keeper")?)).await?;
    target.close().await?;
    let source = place.source(target.location()).await?;
    must_have(target, &*source, blob).await
}

pub(super) async fn whole(place: &dyn PlaceUnderTest) -> Outcome {
    sent_whole(place, Blob::random("whole", 3 * MIB + 17)).await
}

pub(super) async fn empty(place: &dyn PlaceUnderTest) -> Outcome {
    sent_whole(place, Blob::random("empty", 0)).await
}

pub(super) async fn one_byte(place: &dyn PlaceUnderTest) -> Outcome {
    sent_whole(place, Blob::random("one byte", 1)).await
}

pub(super) async fn by_sha512(place: &dyn PlaceUnderTest) -> Outcome {
    if place.expectations().sha512 != Support::Yes {
        return Ok(());
    }
    sent_whole(place, Blob::by_sha512("long digest", 5000)).await
}

/// Appends the bytes from the state's offset on, up to `end`.
async fn append(
    target: &dyn Target,
    state: &UploadState,
    blob: &Blob,
    end: usize,
) -> Result<UploadState, super::check::Broken> {
    let start = usize::try_from(state.offset).unwrap_or(usize::MAX).min(end);
    let bytes = blob.bytes.slice(start..end);
    let next = target.append(state, Chunk::new(bytes.len() as u64, stream(&bytes))).await?;
    hold!(next.offset == end as u64, "after {end} bytes the upload says it is at {}", next.offset);
    Ok(next)
}

async fn in_chunks(place: &dyn PlaceUnderTest, blob: Blob) -> Outcome {
    let target = place.target().await?;
    let mut state = begin(&*target, &blob).await?;
    for end in (MIB..=blob.len()).step_by(MIB) {
        state = append(&*target, &state, &blob, end).await?;
    }
    if usize::try_from(state.offset) != Ok(blob.len()) {
        state = append(&*target, &state, &blob, blob.len()).await?;
    }
    target.commit(&state, &blob.proof()?).await?;
    read_back(place, &*target, &blob).await
}

pub(super) async fn exactly_in_chunks(place: &dyn PlaceUnderTest) -> Outcome {
    in_chunks(place, Blob::random("exact chunks", 2 * MIB)).await
}

pub(super) async fn in_chunks_and_a_rest(place: &dyn PlaceUnderTest) -> Outcome {
    in_chunks(place, Blob::random("chunks and rest", 2 * MIB + 1)).await
}

pub(super) async fn state_survives_being_written_down(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("written down", 2 * MIB + 5);
    let target = place.target().await?;
    let state = append(&*target, &begin(&*target, &blob).await?, &blob, MIB).await?;
    let state: UploadState = serde_json::from_str(&serde_json::to_string(&state)?)?;
    let Resumed::At(state) = target.resume(&state).await? else {
        return Err(super::check::Broken("an upload that nobody ended is gone".to_owned()));
    };
    hold!(state.offset == MIB as u64, "{MIB} bytes were taken, but the upload is at {}", state.offset);
    finish(&*target, &state, &blob).await?;
    read_back(place, &*target, &blob).await
}

pub(super) async fn continued_by_another(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("another", 2 * MIB + 6);
    let target = place.target().await?;
    let state = append(&*target, &begin(&*target, &blob).await?, &blob, MIB).await?;
    let Some(other) = place.target_again(target.location()).await? else { return Ok(()) };
    drop(target);
    if other.capabilities().resumable_upload == Support::Yes {
        let at = other.resume(&state).await?;
        hold!(matches!(&at, Resumed::At(at) if at.offset == MIB as u64), "another process resumed at {at:?}");
    }
    complete(&*other, &state, &blob).await?;
    read_back(place, &*other, &blob).await
}

/// A stream that breaks after the bytes.
fn breaking(bytes: &Bytes) -> ByteStream {
    let broken = async {
        Err(TransportError::Unavailable { what: "the test's stream".to_owned(), cause: "it breaks".into() })
    };
    stream(bytes).chain(futures::stream::once(broken)).boxed()
}

pub(super) async fn continued_after_a_break_inside_a_chunk(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("break", 3 * MIB);
    let target = place.target().await?;
    let state = append(&*target, &begin(&*target, &blob).await?, &blob, MIB).await?;
    let chunk = Chunk::new(MIB as u64, breaking(&blob.bytes.slice(MIB..MIB + MIB / 2)));
    hold!(target.append(&state, chunk).await.is_err(), "half a chunk was taken for a whole one");
    complete(&*target, &state, &blob).await?;
    read_back(place, &*target, &blob).await
}

pub(super) async fn aborted(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("aborted", MIB + 7);
    let target = place.target().await?;
    let state = append(&*target, &begin(&*target, &blob).await?, &blob, MIB).await?;
    target.abort(&state).await?;
    let resumed = target.resume(&state).await?;
    hold!(resumed == Resumed::Gone, "an aborted upload can be resumed at {resumed:?}");
    must_not_have(&*target, &blob).await?;
    target.abort(&state).await?;
    send(&*target, &blob).await?;
    read_back(place, &*target, &blob).await
}

pub(super) async fn invisible_before_the_end(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("invisible", MIB);
    let target = place.target().await?;
    let state = append(&*target, &begin(&*target, &blob).await?, &blob, MIB).await?;
    must_not_have(&*target, &blob).await?;
    target.commit(&state, &blob.proof()?).await?;
    hold!(target.has_blob(&blob.descriptor).await?, "a committed blob is not there");
    Ok(())
}

/// Sends `bytes` in the name of `blob`, which must fail and leave nothing.
async fn refused(place: &dyn PlaceUnderTest, blob: &Blob, bytes: &Bytes) -> Outcome {
    let target = place.target().await?;
    let state = begin(&*target, blob).await?;
    let verifier = Verifier::new(&blob.descriptor);
    let content =
        Content::verifying(verifier, blob.descriptor.size, stream(bytes), "a wrong blob".to_owned());
    let Err(error) = target.finish(&state, content).await else {
        return Err(super::check::Broken("wrong content was committed".to_owned()));
    };
    hold!(
        matches!(error, TransportError::Content { .. }),
        "wrong content must be told as such, not as: {error}"
    );
    must_not_have(&*target, blob).await?;
    send(&*target, blob).await?;
    read_back(place, &*target, blob).await
}

pub(super) async fn wrong_bytes_are_refused(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("right", MIB);
    refused(place, &blob, &Blob::random("wrong", MIB).bytes).await
}

pub(super) async fn short_content_is_refused(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("short", MIB);
    refused(place, &blob, &blob.bytes.slice(..MIB - 1)).await
}

pub(super) async fn early_commit_is_refused(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("early", 2 * MIB);
    let target = place.target().await?;
    let state = append(&*target, &begin(&*target, &blob).await?, &blob, MIB).await?;
    let committed = target.commit(&state, &blob.proof()?).await;
    hold!(committed.is_err(), "an upload that misses bytes was committed");
    must_not_have(&*target, &blob).await
}

pub(super) async fn twice_at_once(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("twice", MIB + 3);
    let target = place.target().await?;
    let (one, two) = (begin(&*target, &blob).await?, begin(&*target, &blob).await?);
    let (one, two) = futures::join!(finish(&*target, &one, &blob), finish(&*target, &two, &blob));
    one?;
    two?;
    send(&*target, &blob).await?;
    read_back(place, &*target, &blob).await
}
