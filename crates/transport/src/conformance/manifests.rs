//! Manifests, byte for byte.

use std::sync::Arc;

use portolan_oci::{MediaType, RawManifest, TagOrDigest};

use super::check::{Outcome, hold};
use super::place::{MissingContent, PlaceUnderTest};
use super::samples::{Blob, Image, index, manifest};
use super::steps::{by_tag, put, send, tag};
use crate::{PutAs, Source, Target, TransportError};

async fn same_at_target(target: &dyn Target, wanted: &RawManifest, by: &TagOrDigest) -> Outcome {
    let stat = target.stat_manifest(by).await?;
    hold!(stat.as_ref().map(|found| &found.digest) == Some(wanted.digest()), "{by} was put and is {stat:?}");
    let read = target.read_manifest(by).await?;
    let same = read.is_some_and(|read| {
        read.bytes() == wanted.bytes()
            && read.digest() == wanted.digest()
            && read.media_type() == wanted.media_type()
    });
    hold!(same, "the target reads another manifest by {by} than was put");
    Ok(())
}

async fn same_at_source(source: &dyn Source, wanted: &RawManifest, by: &TagOrDigest) -> Outcome {
    let descriptor = source.resolve(by).await?;
    hold!(
        descriptor.digest == *wanted.digest()
            && descriptor.size == wanted.size()
            && descriptor.media_type == *wanted.media_type(),
        "{by} resolves to {descriptor:?}, not to {:?}",
        wanted.descriptor()
    );
    let read = source.manifest(by).await?;
    hold!(read.bytes() == wanted.bytes(), "{by} came back with other bytes");
    hold!(
        read.digest() == wanted.digest() && read.media_type() == wanted.media_type(),
        "{by} came back as {} {}",
        read.media_type(),
        read.digest()
    );
    Ok(())
}

/// Everything in `manifests` can be read by its digest, and the last one by the tag too.
async fn all_same(
    place: &dyn PlaceUnderTest,
    target: Arc<dyn Target>,
    manifests: &[&RawManifest],
    name: &str,
) -> Outcome {
    for wanted in manifests {
        same_at_target(&*target, wanted, &(*wanted.digest()).into()).await?;
    }
    target.close().await?;
    let source = place.source(target.location()).await?;
    for wanted in manifests {
        same_at_source(&*source, wanted, &(*wanted.digest()).into()).await?;
    }
    if let Some(last) = manifests.last() {
        same_at_target(&*target, last, &by_tag(name)?).await?;
        same_at_source(&*source, last, &by_tag(name)?).await?;
    }
    Ok(())
}

async fn byte_for_byte(place: &dyn PlaceUnderTest, image: Image) -> Outcome {
    let target = place.target().await?;
    put(&*target, &image, &PutAs::Tag(tag("exact")?)).await?;
    put(&*target, &image, &PutAs::Tag(tag("exact")?)).await?;
    all_same(place, target, &[&image.manifest], "exact").await
}

pub(super) async fn image_byte_for_byte(place: &dyn PlaceUnderTest) -> Outcome {
    byte_for_byte(place, Image::oci("byte for byte")?).await
}

pub(super) async fn docker_image_byte_for_byte(place: &dyn PlaceUnderTest) -> Outcome {
    byte_for_byte(place, Image::docker("docker")?).await
}

pub(super) async fn index_and_nested_index(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let (one, two) = (Image::oci("child one")?, Image::docker("child two")?);
    let inner = index(&[&one.manifest, &two.manifest])?;
    let outer = index(&[&inner, &one.manifest])?;
    put(&*target, &one, &PutAs::Digest).await?;
    put(&*target, &two, &PutAs::Digest).await?;
    target.put_manifest(&inner, &PutAs::Digest).await?;
    target.put_manifest(&outer, &PutAs::Tag(tag("nested")?)).await?;
    all_same(place, target, &[&one.manifest, &two.manifest, &inner, &outer], "nested").await
}

pub(super) async fn artifact_with_empty_config(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let config = Blob::of(MediaType::OCI_EMPTY, "{}");
    let content = Blob::of("application/vnd.example.thing".parse().unwrap_or_default(), "a thing");
    let text = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","artifactType":"application/vnd.example.thing","config":{},"layers":[{}]}}"#,
        MediaType::OCI_MANIFEST,
        serde_json::to_string(&config.descriptor)?,
        serde_json::to_string(&content.descriptor)?
    );
    let image = Image { blobs: vec![config, content], manifest: manifest(text)? };
    put(&*target, &image, &PutAs::Tag(tag("thing")?)).await?;
    all_same(place, target, &[&image.manifest], "thing").await
}

pub(super) async fn foreign_layer_may_be_absent(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let config = Blob::of(MediaType::DOCKER_CONFIG, r#"{"architecture":"amd64","os":"windows","rootfs":{}}"#);
    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip".parse().unwrap_or_default();
    let mut layer = Blob::random("foreign", 10).descriptor;
    layer.media_type = foreign;
    layer.urls.push("https://example.com/layer".to_owned());
    let text = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}}"#,
        MediaType::DOCKER_MANIFEST,
        serde_json::to_string(&config.descriptor)?,
        serde_json::to_string(&layer)?
    );
    let image = Image { blobs: vec![config], manifest: manifest(text)? };
    put(&*target, &image, &PutAs::Tag(tag("foreign")?)).await?;
    all_same(place, target, &[&image.manifest], "foreign").await
}

async fn refused(target: &dyn Target, incomplete: &RawManifest) -> Outcome {
    for name in [PutAs::Tag(tag("incomplete")?), PutAs::Digest] {
        let answer = target.put_manifest(incomplete, &name).await;
        hold!(
            matches!(answer, Err(TransportError::ContentUnknown { .. })),
            "a manifest that names missing content must be refused as such, not: {answer:?}"
        );
    }
    for reference in [by_tag("incomplete")?, (*incomplete.digest()).into()] {
        let stat = target.stat_manifest(&reference).await?;
        hold!(stat.is_none(), "a manifest was refused, yet {reference} is {stat:?}");
    }
    Ok(())
}

pub(super) async fn missing_blob_is_refused(place: &dyn PlaceUnderTest) -> Outcome {
    if place.expectations().missing_content == MissingContent::Taken {
        return Ok(());
    }
    let image = Image::oci("incomplete")?;
    for absent in &image.blobs {
        let target = place.target().await?;
        for blob in image.blobs.iter().filter(|blob| blob.descriptor != absent.descriptor) {
            send(&*target, blob).await?;
        }
        refused(&*target, &image.manifest).await?;
        send(&*target, absent).await?;
        put(&*target, &image, &PutAs::Tag(tag("complete")?)).await?;
    }
    Ok(())
}

pub(super) async fn missing_child_is_refused(place: &dyn PlaceUnderTest) -> Outcome {
    if place.expectations().missing_content == MissingContent::Taken {
        return Ok(());
    }
    let target = place.target().await?;
    let (there, absent) = (Image::oci("there")?, Image::oci("not there")?);
    put(&*target, &there, &PutAs::Digest).await?;
    refused(&*target, &index(&[&there.manifest, &absent.manifest])?).await
}
