//! Looking through what is there.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;
use futures::future::try_join_all;
use jiff::Timestamp;
use portolan_oci::{Algorithm, Digest};

use super::check::{Outcome, hold};
use super::samples::{content, finished, key, later};
use super::under_test::BackendUnderTest;
use crate::{Area, BlobBackend, BlobKey, Listed};

async fn listed(backend: &dyn BlobBackend, area: Area) -> Result<Vec<Listed>, crate::BackendError> {
    let mut listed: Vec<_> = backend.list(area).try_collect().await?;
    listed.sort_by_key(|listed| listed.key);
    Ok(listed)
}

pub(super) async fn blobs_of_all_kinds(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let (one, other) = (content(40, 10), content(41, 300_000));
    let long = BlobKey { digest: Digest::of(Algorithm::Sha512, &one), generation: 0 };
    let mut expected = vec![(key(&one), 10), (later(key(&one), 12), 10), (long, 10), (key(&other), 300_000)];
    expected.sort_unstable();
    for (key, size) in &expected {
        let bytes = if *size == 10 { &one } else { &other };
        drop(backend.put(key, bytes.clone()).await?);
    }
    let (_, state) = finished(&*backend, &one).await?;
    hold!(state.written() == 10, "a session of 10 bytes has {}", state.written());
    let found = listed(&*backend, Area::Blobs).await?;
    let brief: Vec<_> = found.iter().map(|listed| (listed.key, listed.size)).collect();
    hold!(brief == expected, "{expected:?} are there, listed are {brief:?}");
    let now = Timestamp::now();
    let old = found.iter().find(|listed| now.duration_since(listed.changed).as_hours().abs() > 0);
    hold!(old.is_none(), "what was just put is said to have changed another day: {old:?}");
    hold!(listed(&*backend, Area::Quarantine).await?.is_empty(), "nothing was set aside, and it is listed");
    Ok(())
}

pub(super) async fn more_than_a_page(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let bytes = content(42, 10);
    let keys: BTreeSet<_> = (0..1100).map(|generation| later(key(&bytes), generation)).collect();
    drop(try_join_all(keys.iter().map(|key| backend.put(key, bytes.clone()))).await?);
    let backend = it.again(backend).await?;
    let found = listed(&*backend, Area::Blobs).await?;
    hold!(found.len() == keys.len(), "{} blobs are there, listed are {}", keys.len(), found.len());
    hold!(found.iter().all(|listed| keys.contains(&listed.key)), "some are listed twice");
    Ok(())
}

pub(super) async fn parts(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let none: Vec<_> = backend.parts().try_collect().await?;
    hold!(none.is_empty(), "no session was begun, and {none:?} are listed");
    let (one, _) = finished(&*backend, &content(43, 10)).await?;
    let (gone, _) = finished(&*backend, &content(44, 20)).await?;
    drop(backend.put(&key(b"x"), content(45, 5)).await?);
    backend.discard(&gone).await?;
    let parts: Vec<_> = backend.parts().try_collect().await?;
    hold!(
        matches!(parts.as_slice(), [part] if part.id == one && part.size == 10),
        "one session of 10 bytes is there, and {parts:?} are listed"
    );
    Ok(())
}
