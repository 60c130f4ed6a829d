//! Images of the test support, brought to a target and compared at a source.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use portolan_oci::{Descriptor, MediaType, RawManifest, TagOrDigest, Verifier};
use portolan_testkit::image::{Blob, Tree};
use portolan_testkit::zoo::Exhibit;
use portolan_transport::{Begun, Content, MountFrom, PutAs, Source, Target, TransportResult};

pub(crate) fn descriptor(blob: &Blob) -> Descriptor {
    serde_json::from_value(blob.descriptor()).unwrap()
}

pub(crate) fn manifest(tree: &Tree) -> RawManifest {
    let media_type: MediaType = tree.media_type.parse().unwrap();
    RawManifest::new(tree.bytes.clone(), Some(&media_type)).unwrap()
}

pub(crate) fn tag(name: &str) -> PutAs {
    PutAs::Tag(name.parse().unwrap())
}

pub(crate) fn by_tag(name: &str) -> TagOrDigest {
    TagOrDigest::Tag(name.parse().unwrap())
}

pub(crate) async fn put_blob(target: &dyn Target, blob: &Blob) -> TransportResult<()> {
    let Some(content) = blob.content() else { return Ok(()) };
    let descriptor = descriptor(blob);
    match target.begin(&descriptor, &MountFrom::Nowhere).await? {
        Begun::Mounted => Ok(()),
        Begun::Upload(state) => {
            let stream = futures::stream::iter(content.pieces().map(Ok)).boxed();
            let verifier = Verifier::new(&descriptor);
            let content = Content::verifying(verifier, descriptor.size, stream, blob.digest.clone());
            target.finish(&state, content).await
        }
    }
}

/// Puts everything below the tree by digest, and the tree by `name`.
pub(crate) async fn put_tree(target: &dyn Target, tree: &Tree, name: &PutAs) -> TransportResult<()> {
    let all = tree.bottom_up();
    for (position, (part, blobs)) in all.iter().enumerate() {
        for blob in *blobs {
            put_blob(target, blob).await?;
        }
        let name = if position + 1 == all.len() { name } else { &PutAs::Digest };
        target.put_manifest(&manifest(part), name).await?;
    }
    Ok(())
}

/// Puts an exhibit with all that belongs to it.
pub(crate) async fn put_exhibit(target: &dyn Target, exhibit: &Exhibit) -> TransportResult<()> {
    for name in &exhibit.tags {
        put_tree(target, &exhibit.root, &tag(name)).await?;
    }
    for referrer in &exhibit.referrers {
        put_tree(target, referrer, &PutAs::Digest).await?;
    }
    for (name, tree) in &exhibit.extra_tags {
        put_tree(target, tree, &tag(name)).await?;
    }
    Ok(())
}

pub(crate) async fn read_blob(source: &dyn Source, blob: &Descriptor) -> TransportResult<Bytes> {
    let read = source.blob(blob, 0).await?;
    let pieces: Vec<Bytes> = read.stream.try_collect().await?;
    Ok(Bytes::from(pieces.concat()))
}

/// Panics unless the source has the whole tree, byte for byte.
pub(crate) async fn assert_has_tree(source: &dyn Source, tree: &Tree) {
    for (part, blobs) in tree.bottom_up() {
        let wanted = manifest(part);
        let found = source.manifest(&(*wanted.digest()).into()).await.unwrap();
        assert_eq!(found.bytes(), wanted.bytes());
        assert_eq!(found.media_type(), wanted.media_type());
        for blob in blobs.iter().filter(|blob| blob.content().is_some()) {
            let found = read_blob(source, &descriptor(blob)).await.unwrap();
            assert!(found == blob.bytes(), "blob {} has other bytes", blob.digest);
        }
    }
}

/// Panics unless the source has an exhibit with all that belongs to it.
pub(crate) async fn assert_has_exhibit(source: &dyn Source, exhibit: &Exhibit) {
    for name in &exhibit.tags {
        let found = source.resolve(&by_tag(name)).await.unwrap();
        assert_eq!(found.digest.to_string(), exhibit.root.digest, "{name}");
    }
    assert_has_tree(source, &exhibit.root).await;
    for referrer in &exhibit.referrers {
        assert_has_tree(source, referrer).await;
        let wanted = manifest(referrer);
        let subject = wanted.parsed().subject().unwrap();
        let found = source.referrers(&subject.digest, None).await.unwrap();
        let listed = found.descriptors.iter().find(|found| found.digest == *wanted.digest());
        assert_eq!(listed, Some(&wanted.referrer_descriptor()), "{}", exhibit.name);
    }
    for (name, tree) in &exhibit.extra_tags {
        let found = source.resolve(&by_tag(name)).await.unwrap();
        assert_eq!(found.digest.to_string(), tree.digest, "{name}");
        assert_has_tree(source, tree).await;
    }
}
