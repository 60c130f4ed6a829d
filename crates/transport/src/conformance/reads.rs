//! Blobs on their way out.

use super::check::{Outcome, hold};
use super::place::PlaceUnderTest;
use super::samples::{Blob, Image};
use super::steps::{by_tag, put, read, send, tag};
use crate::{PutAs, TransportError};

pub(super) async fn at_every_offset(place: &dyn PlaceUnderTest) -> Outcome {
    let blob = Blob::random("offsets", 600_001);
    let target = place.target().await?;
    send(&*target, &blob).await?;
    put(&*target, &Image::oci("offsets")?, &PutAs::Tag(tag("keeper")?)).await?;
    target.close().await?;
    let source = place.source(target.location()).await?;
    for asked in [0, 1, 262_143, 262_144, 262_145, 300_000, 600_000, 600_001] {
        let (offset, bytes) = read(&*source, &blob.descriptor, asked).await?;
        hold!(offset <= asked, "asked from {asked}, it came from {offset}");
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX).min(blob.len());
        hold!(bytes == blob.bytes.slice(skipped..), "wrong bytes from offset {offset}");
    }
    if let Ok((offset, bytes)) = read(&*source, &blob.descriptor, 700_000).await {
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX).min(blob.len());
        hold!(bytes == blob.bytes.slice(skipped..), "bytes were made up beyond the end of a blob");
    }
    Ok(())
}

pub(super) async fn what_is_not_there(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let absent = Image::oci("absent")?;
    put(&*target, &Image::oci("present")?, &PutAs::Tag(tag("present")?)).await?;
    for reference in [by_tag("absent")?, (*absent.manifest.digest()).into()] {
        hold!(target.stat_manifest(&reference).await?.is_none(), "{reference} was never put and is there");
        hold!(target.read_manifest(&reference).await?.is_none(), "{reference} was never put and is there");
    }
    target.close().await?;
    let source = place.source(target.location()).await?;
    for reference in [by_tag("absent")?, (*absent.manifest.digest()).into()] {
        let resolved = source.resolve(&reference).await;
        hold!(
            matches!(resolved, Err(TransportError::NotFound { .. })),
            "{reference} was never put and resolves to {resolved:?}"
        );
        let read = source.manifest(&reference).await;
        hold!(
            matches!(read, Err(TransportError::NotFound { .. })),
            "{reference} was never put and reads as {read:?}"
        );
    }
    let blob = Blob::random("absent", 10);
    let missing = read(&*source, &blob.descriptor, 0).await;
    hold!(
        matches!(missing, Err(TransportError::NotFound { .. })),
        "a blob that was never sent reads as {missing:?}"
    );
    Ok(())
}
