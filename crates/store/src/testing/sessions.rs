//! The bytes of upload sessions.

use bytes::Bytes;
use futures::future::try_join_all;
use portolan_catalog::UploadId;

use super::check::{Broken, Outcome, hold, refused};
use super::samples::{bytes, content, finished, key, later, must_have};
use super::under_test::BackendUnderTest;
use crate::{BackendError, PartState};

/// So large that it is not all in one piece.
const LARGE: usize = 900_000;

fn pieces(content: &Bytes, size: usize) -> Vec<Bytes> {
    (0..content.len()).step_by(size).map(|at| content.slice(at..content.len().min(at + size))).collect()
}

pub(super) async fn in_pieces(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(20, LARGE));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    for piece in pieces(&blob, 200_000) {
        part.write(pieces(&piece, 7_000)).await?;
    }
    part.write(Vec::new()).await?;
    hold!(part.written() == blob.len() as u64, "{} bytes were written, it says {}", LARGE, part.written());
    let state = part.finish().await?;
    let read = bytes(backend.read_part(&id, &state).await?).await?;
    hold!(read == blob, "a session's bytes came back as {} other bytes", read.len());
    drop(backend.place(&id, &state, &key(&blob)).await?);
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn empty(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, Bytes::new());
    let id = UploadId::random();
    let state = backend.begin(&id).await?.finish().await?;
    drop(backend.place(&id, &state, &key(&blob)).await?);
    let flushed = UploadId::random();
    let state = backend.begin(&flushed).await?.flush().await?;
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await?;
    hold!(backend.resume(&flushed, &state, 0).await?.written() == 0, "nothing became something");
    Ok(())
}

pub(super) async fn continued_by_another(it: &dyn BackendUnderTest) -> Outcome {
    let (mut backend, blob) = (it.empty().await?, content(21, LARGE));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    for piece in pieces(&blob, 300_000) {
        part.write(vec![piece]).await?;
        let state = remembered(&part.flush().await?)?;
        drop(part);
        backend = it.again(backend).await?;
        part = backend.resume(&id, &state, state.written()).await?;
    }
    let state = part.finish().await?;
    drop(backend.place(&id, &state, &key(&blob)).await?);
    must_have(&*backend, &key(&blob), &blob).await
}

/// As it is after it was written down.
fn remembered(state: &PartState) -> Result<PartState, Broken> {
    let text = serde_json::to_string(state);
    let read = text.and_then(|text| serde_json::from_str(&text));
    read.map_err(|error| Broken(format!("a session's state cannot be written down: {error}")))
}

pub(super) async fn cut_when_continued(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(22, LARGE));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    part.write(vec![blob.slice(..1000)]).await?;
    let state = part.flush().await?;
    part.write(vec![content(23, 300_000)]).await?;
    drop(part);
    let mut part = backend.resume(&id, &state, 400).await?;
    hold!(part.written() == 400, "it was cut to 400 bytes and goes on at {}", part.written());
    part.write(vec![blob.slice(400..)]).await?;
    let state = part.finish().await?;
    drop(backend.place(&id, &state, &key(&blob)).await?);
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn flushed_while_written(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(24, LARGE));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    part.write(vec![blob.slice(..500_000)]).await?;
    let flush = part.flush();
    let (state, written) = futures::join!(flush, part.write(vec![blob.slice(500_000..)]));
    let state = state?;
    written?;
    hold!(state.written() == 500_000, "500000 bytes were flushed, it says {}", state.written());
    hold!(part.written() == LARGE as u64, "{LARGE} bytes were written, it says {}", part.written());
    drop(part);
    let backend = it.again(backend).await?;
    drop(backend.resume(&id, &state, 500_000).await?);
    let read = bytes(backend.read_part(&id, &state).await?).await?;
    hold!(read == blob.slice(..500_000), "what was flushed came back as {} other bytes", read.len());
    Ok(())
}

pub(super) async fn what_is_lost(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(25, 1000));
    let (id, state) = finished(&*backend, &blob).await?;
    let unknown = UploadId::random();
    refused!(backend.resume(&unknown, &state, 0).await, BackendError::PartLost(_), "to go on with nothing");
    refused!(backend.resume(&id, &state, 1001).await, BackendError::PartLost(_), "to go on beyond the end");
    refused!(backend.read_part(&unknown, &state).await, BackendError::PartLost(_), "to read nothing");
    refused!(
        backend.place(&unknown, &state, &key(&blob)).await,
        BackendError::PartLost(_),
        "to place nothing"
    );
    refused!(backend.read(&key(&blob), 0..1).await, BackendError::NotFound(_), "what was not placed");
    Ok(())
}

pub(super) async fn one_writer_at_a_time(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(33, 1000));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    part.write(vec![blob.clone()]).await?;
    let state = part.flush().await?;
    refused!(backend.begin(&id).await, BackendError::PartInUse(_), "to begin what is being written");
    refused!(backend.resume(&id, &state, 5).await, BackendError::PartInUse(_), "a second writer");
    refused!(
        backend.place(&id, &state, &key(&blob)).await,
        BackendError::PartInUse(_),
        "to place what is written"
    );
    drop(part);
    let part = backend.resume(&id, &state, 1000).await?;
    let state = part.finish().await?;
    drop(backend.place(&id, &state, &key(&blob)).await?);
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn placed_under_two_generations(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(26, LARGE));
    let (id, state) = finished(&*backend, &blob).await?;
    drop(backend.place(&id, &state, &key(&blob)).await?);
    backend.remove(&key(&blob)).await?;
    drop(backend.place(&id, &state, &later(key(&blob), 1)).await?);
    backend.discard(&id).await?;
    let backend = it.again(backend).await?;
    must_have(&*backend, &later(key(&blob), 1), &blob).await
}

pub(super) async fn placed_over_another(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(27, 1000));
    drop(backend.put(&key(&blob), content(28, 2000)).await?);
    let (id, state) = finished(&*backend, &blob).await?;
    for _ in 0..2 {
        drop(backend.place(&id, &state, &key(&blob)).await?);
    }
    refused!(backend.read(&key(&blob), 0..2000).await, BackendError::Short { .. }, "what was replaced");
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn placed_without_what_came_after(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(29, 1000));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    part.write(vec![blob.clone()]).await?;
    let state = part.flush().await?;
    part.write(vec![content(30, 500)]).await?;
    drop(part);
    drop(backend.place(&id, &state, &key(&blob)).await?);
    refused!(backend.read(&key(&blob), 0..1001).await, BackendError::Short { .. }, "what came after");
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await?;
    refused!(backend.read(&key(&blob), 0..1001).await, BackendError::Short { .. }, "what came after");
    Ok(())
}

pub(super) async fn placed_after_a_restart(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(31, LARGE));
    let id = UploadId::random();
    let mut part = backend.begin(&id).await?;
    part.write(vec![blob.clone()]).await?;
    let state = part.flush().await?;
    drop(part);
    let backend = it.again(backend).await?;
    drop(backend.place(&id, &state, &key(&blob)).await?);
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn discarded(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(32, 1000));
    let (id, state) = finished(&*backend, &blob).await?;
    for _ in 0..2 {
        backend.discard(&id).await?;
        refused!(
            backend.resume(&id, &state, 0).await,
            BackendError::PartLost(_),
            "to go on with what is gone"
        );
    }
    Ok(())
}

pub(super) async fn many_at_once(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let blobs: Vec<_> = (0..40).map(|seed| content(100 + seed, 3000)).collect();
    let sent = blobs.iter().map(|blob| async {
        let (id, state) = finished(&*backend, blob).await?;
        drop(backend.place(&id, &state, &key(blob)).await?);
        backend.discard(&id).await?;
        Ok::<_, Broken>(())
    });
    try_join_all(sent).await?;
    let backend = it.again(backend).await?;
    for blob in &blobs {
        must_have(&*backend, &key(blob), blob).await?;
    }
    Ok(())
}
