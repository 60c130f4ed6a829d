//! Blobs by their keys.

use futures::{StreamExt as _, TryStreamExt as _};
use portolan_oci::{Algorithm, Digest};

use super::check::{Outcome, hold, refused};
use super::samples::{bytes, content, key, later, must_have};
use super::under_test::BackendUnderTest;
use crate::{Area, BackendError, BlobKey};

pub(super) async fn of_every_size(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let blobs: Vec<_> =
        [0, 1, 4096, 65_536, 65_537, 262_144, 1_000_001].into_iter().map(|size| content(2, size)).collect();
    for blob in &blobs {
        drop(backend.put(&key(blob), blob.clone()).await?);
    }
    let backend = it.again(backend).await?;
    for blob in &blobs {
        must_have(&*backend, &key(blob), blob).await?;
    }
    Ok(())
}

pub(super) async fn in_every_range(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(3, 700_000));
    drop(backend.put(&key(&blob), blob.clone()).await?);
    for (start, end) in [(0, 0), (0, 1), (5, 100), (1, 300_000), (262_144, 524_288), (699_999, 700_000)] {
        let read = bytes(backend.read(&key(&blob), start as u64..end as u64).await?).await?;
        hold!(read == blob.slice(start..end), "bytes {start} to {end} are others, {} of them", read.len());
    }
    Ok(())
}

pub(super) async fn by_sha512(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(4, 1000));
    let long = BlobKey { digest: Digest::of(Algorithm::Sha512, &blob), generation: 0 };
    drop(backend.put(&long, blob.clone()).await?);
    refused!(backend.read(&key(&blob), 0..1).await, BackendError::NotFound(_), "the same by SHA-256");
    let backend = it.again(backend).await?;
    must_have(&*backend, &long, &blob).await
}

pub(super) async fn what_is_not_there(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(5, 100));
    refused!(backend.read(&key(&blob), 0..0).await, BackendError::NotFound(_), "a blob that never was");
    drop(backend.put(&key(&blob), blob.clone()).await?);
    refused!(
        backend.read(&key(&blob), 50..101).await,
        BackendError::Short { expected: 101, actual: 100, .. },
        "more bytes than there are"
    );
    Ok(())
}

pub(super) async fn generations_are_apart(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(6, 100));
    let first = key(&blob);
    drop(backend.put(&first, blob.clone()).await?);
    drop(backend.put(&later(first, 1), blob.clone()).await?);
    backend.remove(&first).await?;
    refused!(backend.read(&first, 0..1).await, BackendError::NotFound(_), "the removed generation");
    must_have(&*backend, &later(first, 1), &blob).await?;
    refused!(backend.read(&later(first, 2), 0..1).await, BackendError::NotFound(_), "a generation to come");
    let backend = it.again(backend).await?;
    must_have(&*backend, &later(first, 1), &blob).await
}

pub(super) async fn the_last_one_put_is_there(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(7, 5000));
    drop(backend.put(&key(&blob), content(8, 9000)).await?);
    drop(backend.put(&key(&blob), blob.clone()).await?);
    refused!(backend.read(&key(&blob), 0..9000).await, BackendError::Short { .. }, "what was replaced");
    let backend = it.again(backend).await?;
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn removed_once_and_again(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(9, 100));
    drop(backend.put(&key(&blob), blob.clone()).await?);
    for _ in 0..2 {
        backend.remove(&key(&blob)).await?;
        refused!(backend.read(&key(&blob), 0..1).await, BackendError::NotFound(_), "a removed blob");
    }
    drop(backend.put(&key(&blob), blob.clone()).await?);
    must_have(&*backend, &key(&blob), &blob).await
}

pub(super) async fn removed_while_read(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(10, 3_000_000));
    drop(backend.put(&key(&blob), blob.clone()).await?);
    let mut stream = backend.read(&key(&blob), 0..blob.len() as u64).await?.into_stream();
    let mut read = Vec::new();
    read.extend(stream.next().await.transpose()?);
    backend.remove(&key(&blob)).await?;
    read.extend(stream.try_collect::<Vec<_>>().await?);
    hold!(read.concat() == blob, "what was being read when it was removed came back as other bytes");
    Ok(())
}

pub(super) async fn set_aside(it: &dyn BackendUnderTest) -> Outcome {
    let (backend, blob) = (it.empty().await?, content(11, 100));
    let wrong = later(key(&blob), 3);
    backend.set_aside(&wrong).await?;
    drop(backend.put(&wrong, blob.clone()).await?);
    backend.set_aside(&wrong).await?;
    refused!(backend.read(&wrong, 0..1).await, BackendError::NotFound(_), "what was set aside");
    let aside: Vec<_> = backend.list(Area::Quarantine).try_collect().await?;
    hold!(
        matches!(aside.as_slice(), [kept] if kept.key == wrong && kept.size == 100),
        "one blob was set aside, and {aside:?} is kept"
    );
    Ok(())
}
