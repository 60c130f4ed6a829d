//! What docker-registry 2.8.2 does with content that is named by SHA-512.

use portolan_oci::{Descriptor, Digest, MediaType, RawManifest};
use portolan_testkit::registry::Registry;
use portolan_transport::{Begun, MountFrom, PutAs, Source as _, Target as _, TransportError};

use super::support::{Blob, noise, places, push, read, repository};

#[tokio::test]
async fn blobs_are_taken_and_given() {
    let Some(registry) = Registry::start().await else { return };
    let repository = repository(&places(Vec::new()), registry.host(), "r");
    let bytes = noise(100_000);
    let descriptor = Descriptor::new(MediaType::OCI_LAYER, Digest::sha512(&bytes), bytes.len() as u64);
    let blob = Blob { bytes, descriptor };
    push(&repository, &blob).await;
    assert!(repository.has_blob(&blob.descriptor).await.unwrap());
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn manifests_are_refused_by_that_digest_and_taken_by_tag() {
    let Some(registry) = Registry::start().await else { return };
    let repository = repository(&places(Vec::new()), registry.host(), "r");
    let bytes =
        br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
    let manifest = RawManifest::with_digest(bytes.as_slice().into(), None, Digest::sha512(bytes)).unwrap();
    let error = repository.put_manifest(&manifest, &PutAs::Digest).await.unwrap_err();
    assert!(matches!(error, TransportError::Unsupported { .. }), "{error:?}");
    let tag: portolan_oci::Tag = "t".parse().unwrap();
    repository.put_manifest(&manifest, &PutAs::Tag(tag.clone())).await.unwrap();
    let found = repository.resolve(&tag.into()).await.unwrap();
    assert_eq!(found.digest, Digest::sha256(bytes));
}

/// The registry takes the mount, but answers 500 to every later question about the blob.
#[tokio::test]
async fn blobs_are_not_mounted_but_sent_again() {
    let Some(registry) = Registry::start().await else { return };
    let places = places(Vec::new());
    let (here, there) =
        (repository(&places, registry.host(), "r"), repository(&places, registry.host(), "other"));
    let bytes = noise(1000);
    let descriptor = Descriptor::new(MediaType::OCI_LAYER, Digest::sha512(&bytes), bytes.len() as u64);
    let blob = Blob { bytes, descriptor };
    push(&here, &blob).await;
    let begun = there.begin(&blob.descriptor, &MountFrom::Repository("r".parse().unwrap())).await.unwrap();
    assert!(matches!(begun, Begun::Upload(_)));
    push(&there, &blob).await;
    assert_eq!(read(&there, &blob.descriptor).await.unwrap(), blob.bytes);
}
