//! The power goes before each single step: what was acknowledged is there, and the store goes on.

use bytes::Bytes;
use futures::TryStreamExt as _;
use portolan_catalog::UploadId;
use portolan_oci::Digest;
use portolan_store::testing::{Losing, UnreliablePower};
use portolan_store::{BackendError, BlobBackend, BlobKey, PartState, StoreId};

/// What was said to be durable.
#[derive(Default)]
struct Acknowledged {
    blobs: Vec<(BlobKey, Bytes)>,
    sessions: Vec<(UploadId, PartState, Bytes)>,
    identity: Option<StoreId>,
}

fn key(content: &Bytes, generation: u64) -> BlobKey {
    BlobKey { digest: Digest::sha256(content), generation }
}

fn content(byte: u8) -> Bytes {
    Bytes::from(vec![byte; 5000])
}

/// Uses all that a backend can do. What was acknowledged stands in `done` as soon as it is.
async fn work(backend: &dyn BlobBackend, done: &mut Acknowledged) -> Result<(), BackendError> {
    let id = StoreId::random();
    backend.set_identity(&id).await?;
    done.identity = Some(id);
    for (byte, generation) in [(1, 0), (1, 1), (2, 0), (1, 0)] {
        let blob = content(byte);
        drop(backend.put(&key(&blob, generation), blob.clone()).await?);
        done.blobs.push((key(&blob, generation), blob));
    }
    let (blob, upload) = (content(3), UploadId::random());
    let mut part = backend.begin(&upload).await?;
    part.write(vec![blob.slice(..2000), blob.slice(2000..2500)]).await?;
    let state = part.flush().await?;
    done.sessions.push((upload, state.clone(), blob.slice(..2500)));
    part.write(vec![content(9)]).await?;
    drop(part);
    let mut part = backend.resume(&upload, &state, 2500).await?;
    part.write(vec![blob.slice(2500..)]).await?;
    let state = part.flush().await?;
    drop(part);
    done.sessions.push((upload, state.clone(), blob.clone()));
    for (target, generation) in [(&blob, 0), (&blob, 0), (&blob, 7)] {
        drop(backend.place(&upload, &state, &key(target, generation)).await?);
        done.blobs.push((key(target, generation), blob.clone()));
    }
    // From here on it may be gone or not.
    done.sessions.clear();
    backend.discard(&upload).await?;
    let (blob, upload) = (content(4), UploadId::random());
    let mut part = backend.begin(&upload).await?;
    part.write(vec![blob.clone()]).await?;
    let state = part.finish().await?;
    drop(backend.place(&upload, &state, &key(&blob, 0)).await?);
    done.blobs.push((key(&blob, 0), blob));
    backend.discard(&upload).await
}

async fn read(backend: &dyn BlobBackend, key: &BlobKey, length: usize) -> Vec<u8> {
    let read = backend.read(key, 0..length as u64).await.unwrap();
    read.into_stream().try_collect::<Vec<_>>().await.unwrap().concat()
}

async fn must_be_there(backend: &dyn BlobBackend, done: &Acknowledged, cut: u64) {
    if let Some(id) = done.identity {
        assert_eq!(backend.identity().await.unwrap(), Some(id), "cut at {cut}");
    }
    for (key, content) in &done.blobs {
        assert!(read(backend, key, content.len()).await == *content, "{key}, cut at {cut}");
    }
    if let Some((id, state, content)) = done.sessions.last() {
        drop(backend.resume(id, state, state.written()).await.unwrap());
        let bytes = backend.read_part(id, state).await.unwrap().into_stream();
        let bytes = bytes.try_collect::<Vec<_>>().await.unwrap().concat();
        assert!(bytes == *content, "session of {} bytes, cut at {cut}", content.len());
    }
}

async fn cut_everywhere(losing: Losing) {
    let dir = tempfile::tempdir().unwrap();
    let whole = UnreliablePower::on(dir.path().join("whole"));
    work(&whole.open().await.unwrap(), &mut Acknowledged::default()).await.unwrap();
    assert!(whole.steps() > 40, "{} steps", whole.steps());
    for cut in 0..=whole.steps() {
        let machine = UnreliablePower::on(dir.path().join(cut.to_string()));
        machine.cut_after(cut);
        let mut done = Acknowledged::default();
        if let Ok(backend) = machine.open().await {
            assert_eq!(work(&backend, &mut done).await.is_ok(), cut == whole.steps());
        }
        machine.restart(losing).unwrap();
        let backend = machine.open().await.unwrap();
        must_be_there(&backend, &done, cut).await;
        let mut again = Acknowledged::default();
        work(&backend, &mut again).await.unwrap();
        must_be_there(&backend, &again, cut).await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_cut_before_any_step() {
    cut_everywhere(Losing::Everything).await;
}

#[tokio::test]
async fn names_never_come_before_their_bytes() {
    cut_everywhere(Losing::Bytes).await;
}
