use bytes::Bytes;
use portolan_oci::{Digest, MAX_MANIFEST_BYTES, ManifestError, MediaType, RawManifest, RawManifestError};

/// With spaces, an odd order and a field that nobody knows: what a parsed form would lose.
const INDEX: &[u8] = b"{ \"manifests\" : [],\n \"future\": {\"b\":1,\"a\":2},   \"schemaVersion\":2 }\n";

#[test]
fn the_bytes_stay_as_they_came() {
    let raw = RawManifest::new(Bytes::from_static(INDEX), None).unwrap();
    assert_eq!(raw.bytes(), INDEX);
    assert_eq!(raw.digest(), &Digest::sha256(INDEX));
    assert_eq!((raw.size(), raw.media_type()), (INDEX.len() as u64, &MediaType::OCI_INDEX));
    assert_eq!(raw.verified().digest(), raw.digest());
    assert_eq!(raw.descriptor().digest, *raw.digest());
}

#[test]
fn it_must_have_the_digest_that_was_asked_for() {
    let bytes = Bytes::from_static(INDEX);
    let long = RawManifest::with_digest(bytes.clone(), None, Digest::sha512(INDEX)).unwrap();
    assert_eq!(long.digest(), &Digest::sha512(INDEX));
    let error = RawManifest::with_digest(bytes, None, Digest::sha256(b"other")).unwrap_err();
    assert!(matches!(error, RawManifestError::Verify(_)), "{error}");
}

#[test]
fn four_mebibytes_are_read_and_not_one_byte_more() {
    let mut bytes = INDEX.to_vec();
    bytes.resize(MAX_MANIFEST_BYTES, b' ');
    assert!(RawManifest::new(bytes.clone().into(), None).is_ok());
    bytes.push(b' ');
    let error = RawManifest::new(bytes.into(), None).unwrap_err();
    assert!(matches!(error, RawManifestError::Manifest(ManifestError::TooLarge(_))), "{error}");
    insta::assert_snapshot!(error);
}

#[test]
fn a_wrong_digest_is_said_before_a_wrong_form() {
    let error =
        RawManifest::with_digest(Bytes::from_static(b"<html>"), None, Digest::sha256(INDEX)).unwrap_err();
    assert!(matches!(error, RawManifestError::Verify(_)), "{error}");
    let error = RawManifest::new(Bytes::from_static(b"<html>"), None).unwrap_err();
    assert!(matches!(error, RawManifestError::Manifest(ManifestError::Json(_))), "{error}");
}
