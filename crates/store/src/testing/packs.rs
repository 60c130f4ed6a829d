//! Packs.

use bytes::Bytes;
use futures::TryStreamExt as _;
use portolan_oci::{Algorithm, Digest};

use super::check::{Broken, Outcome, hold, refused};
use super::samples::{bytes, content};
use super::under_test::BackendUnderTest;
use crate::{BackendError, ListedPack, PackEntry};

fn objects(seeds: std::ops::Range<u64>) -> Vec<(Digest, Bytes)> {
    seeds
        .map(|seed| {
            let algorithm = if seed % 3 == 0 { Algorithm::Sha256 } else { Algorithm::Sha512 };
            let bytes = content(seed, usize::try_from(seed * 97 % 100_000).unwrap_or_default());
            (Digest::of(algorithm, &bytes), bytes)
        })
        .collect()
}

pub(super) async fn sealed_and_read(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let objects = objects(1..200);
    let mut writer = backend.begin_pack().await?;
    for some in objects.chunks(30) {
        writer.add(some.to_vec()).await?;
    }
    writer.add(objects.iter().take(5).cloned().collect()).await?;
    let sealed = writer.seal().await?;
    hold!(sealed.entries.len() == objects.len(), "{} of {} are in it", sealed.entries.len(), objects.len());
    drop(sealed.placed);
    let backend = it.again(backend).await?;
    let entries = backend.pack_entries(&sealed.name).await?;
    hold!(entries == sealed.entries, "the pack has other entries than were put in");
    for (digest, expected) in &objects {
        let found = entries.binary_search_by_key(digest, |entry| entry.digest);
        let Some(PackEntry { offset, length, .. }) = found.ok().and_then(|at| entries.get(at)) else {
            return Err(Broken(format!("{digest} is not in the pack")));
        };
        let read = bytes(backend.read_packed(&sealed.name, *offset..offset + length).await?).await?;
        hold!(read == *expected, "an object of {} bytes came back as {} others", expected.len(), read.len());
    }
    Ok(())
}

pub(super) async fn empty(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let sealed = backend.begin_pack().await?.seal().await?;
    hold!(backend.pack_entries(&sealed.name).await?.is_empty(), "nothing was put in, and something is there");
    Ok(())
}

pub(super) async fn given_up_or_removed(it: &dyn BackendUnderTest) -> Outcome {
    let backend = it.empty().await?;
    let mut given_up = backend.begin_pack().await?;
    given_up.add(objects(1..10)).await?;
    drop(given_up);
    let sealed = backend.begin_pack().await?.seal().await?;
    let packs: Vec<ListedPack> = backend.packs().try_collect().await?;
    hold!(
        matches!(packs.as_slice(), [pack] if pack.name == sealed.name),
        "one pack is complete, and {packs:?} are listed"
    );
    for _ in 0..2 {
        backend.remove_pack(&sealed.name).await?;
        refused!(backend.pack_entries(&sealed.name).await, BackendError::NoPack(_), "a removed pack");
        refused!(backend.read_packed(&sealed.name, 0..8).await, BackendError::NoPack(_), "a removed pack");
    }
    Ok(())
}
