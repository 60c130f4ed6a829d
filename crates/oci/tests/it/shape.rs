//! Documents that are not what they seem.

use portolan_oci::{Descriptor, Manifest, ManifestError, MediaType};
use proptest::prelude::*;
use serde_json::{Value, json};

fn some_descriptor() -> Value {
    serde_json::to_value(Descriptor::of(MediaType::OCI_CONFIG, b"{}")).unwrap()
}

fn parse(document: &Value, outside: Option<&MediaType>) -> Result<(Manifest, MediaType), ManifestError> {
    Manifest::parse(document.to_string().as_bytes(), outside)
}

fn image() -> Value {
    json!({"schemaVersion": 2, "config": some_descriptor(), "layers": []})
}

fn index() -> Value {
    json!({"schemaVersion": 2, "manifests": []})
}

fn with(mut document: Value, field: &str, value: Value) -> Value {
    document.as_object_mut().unwrap().insert(field.to_owned(), value);
    document
}

#[test]
fn without_any_type_the_fields_decide() {
    assert_eq!(parse(&image(), None).unwrap().1, MediaType::OCI_MANIFEST);
    assert_eq!(parse(&index(), None).unwrap().1, MediaType::OCI_INDEX);
    let empty = with(index(), "manifests", Value::Null);
    assert_eq!(parse(&empty, None).unwrap().1, MediaType::OCI_INDEX);
    assert_eq!(parse(&image(), Some(&MediaType::DOCKER_MANIFEST)).unwrap().1, MediaType::DOCKER_MANIFEST);
}

#[test]
fn two_readings_are_refused() {
    let ambiguous = [
        (with(image(), "manifests", json!([])), None),
        (with(index(), "layers", json!([])), None),
        (with(index(), "config", some_descriptor()), None),
        (index(), Some(MediaType::OCI_MANIFEST)),
        (index(), Some(MediaType::DOCKER_MANIFEST)),
        (image(), Some(MediaType::OCI_INDEX)),
        (with(image(), "mediaType", json!(MediaType::DOCKER_LIST)), None),
        (with(index(), "mediaType", json!(MediaType::OCI_MANIFEST)), Some(MediaType::OCI_MANIFEST)),
    ];
    for (document, outside) in ambiguous {
        let outcome = parse(&document, outside.as_ref());
        assert!(matches!(outcome, Err(ManifestError::Ambiguous)), "{document} as {outside:?}: {outcome:?}");
    }
    // Null is Go's way to write nothing, and nothing does not contradict.
    let outcome = parse(&with(index(), "layers", Value::Null), None);
    assert_eq!(outcome.unwrap().1, MediaType::OCI_INDEX);
}

#[test]
fn the_type_outside_must_be_the_type_inside() {
    let document = with(image(), "mediaType", json!(MediaType::OCI_MANIFEST));
    assert!(parse(&document, Some(&MediaType::OCI_MANIFEST)).is_ok());
    assert!(parse(&document, Some(&MediaType::OCTET_STREAM)).is_ok(), "says nothing about manifests");
    for other in [MediaType::DOCKER_MANIFEST, MediaType::OCI_INDEX, MediaType::DOCKER_LIST] {
        let outcome = parse(&document, Some(&other));
        assert!(matches!(outcome, Err(ManifestError::TypeMismatch { .. })), "{outcome:?}");
    }
    let error = parse(&document, Some(&MediaType::DOCKER_MANIFEST)).unwrap_err();
    insta::assert_snapshot!(error);
}

#[test]
fn an_empty_type_is_no_type() {
    let document = with(with(image(), "mediaType", json!("")), "artifactType", json!(""));
    let (manifest, media_type) = parse(&document, Some(&MediaType::OCI_MANIFEST)).unwrap();
    assert_eq!(media_type, MediaType::OCI_MANIFEST);
    assert_eq!(manifest.artifact_type(), Some(&MediaType::OCI_CONFIG), "that of the configuration");
    let document = with(with(image(), "mediaType", Value::Null), "artifactType", Value::Null);
    assert_eq!(parse(&document, None).unwrap().1, MediaType::OCI_MANIFEST);
}

#[test]
fn what_is_not_a_manifest_is_refused() {
    let schema1 = json!({"schemaVersion": 1, "name": "x", "tag": "y", "fsLayers": [], "history": []});
    let prettyjws = "application/vnd.docker.distribution.manifest.v1+prettyjws".parse().unwrap();
    let documents = [
        (schema1.clone(), None),
        (schema1.clone(), Some(prettyjws)),
        (schema1.clone(), Some(MediaType::OCI_MANIFEST)),
        (with(schema1, "schemaVersion", json!(2)), None),
        (with(image(), "schemaVersion", json!(3)), None),
        (with(image(), "schemaVersion", json!("2")), None),
        (with(image(), "mediaType", json!("text/plain")), None),
        (with(image(), "mediaType", json!("text")), None),
        (with(image(), "config", Value::Null), None),
        (with(image(), "layers", json!({})), None),
        (with(image(), "layers", json!([{"size": 0}])), None),
        (json!({"errors": [{"code": "MANIFEST_UNKNOWN"}]}), None),
        (json!({}), Some(MediaType::OCI_MANIFEST)),
        (json!([]), None),
        (json!([2, MediaType::OCI_MANIFEST, some_descriptor(), []]), None),
        (Value::Null, None),
        (json!("x"), Some(MediaType::OCI_INDEX)),
    ];
    let errors = documents.map(|(document, outside)| {
        let error = parse(&document, outside.as_ref()).unwrap_err();
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{error}{cause}")
    });
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn lists_may_be_null_as_go_writes_them() {
    let document = with(with(image(), "layers", Value::Null), "annotations", Value::Null);
    let (manifest, _) = parse(&with(document, "subject", Value::Null), None).unwrap();
    assert_eq!(manifest.blobs().count(), 1);
    assert!(manifest.annotations().is_empty() && manifest.subject().is_none());
    let mut child = some_descriptor();
    for field in ["urls", "annotations", "platform", "artifactType"] {
        child[field] = Value::Null;
    }
    let (manifest, _) = parse(&with(index(), "manifests", json!([child])), None).unwrap();
    assert_eq!(manifest.children(), [Descriptor::of(MediaType::OCI_CONFIG, b"{}")]);
}

#[test]
fn sizes_are_those_of_the_specification() {
    for (size, fits) in [
        ("0", true),
        ("9223372036854775807", true),
        ("9223372036854775808", false),
        ("-1", false),
        ("1.5", false),
        ("1e3", false),
        ("\"1\"", false),
        ("null", false),
    ] {
        let digest = portolan_oci::Digest::sha256(b"");
        let text = format!(r#"{{"mediaType":"a/b","digest":"{digest}","size":{size}}}"#);
        assert_eq!(serde_json::from_str::<Descriptor>(&text).is_ok(), fits, "{size}");
    }
}

/// Two values of one field are two readings of one document: Go takes the last, others the first.
#[test]
fn a_field_that_comes_twice_is_refused() {
    let config = some_descriptor();
    for (field, value) in
        [("config", config.to_string()), ("layers", "[]".to_owned()), ("subject", config.to_string())]
    {
        let text = format!(
            r#"{{"schemaVersion":2,"config":{config},"layers":[],"subject":null,"{field}":{value}}}"#
        );
        let outcome = Manifest::parse(text.as_bytes(), None);
        assert!(matches!(outcome, Err(ManifestError::Json(_))), "{field}: {outcome:?}");
    }
    let unknown = format!(r#"{{"x":1,"x":2,"config":{config}}}"#);
    assert!(Manifest::parse(unknown.as_bytes(), None).is_ok(), "a field without a meaning has no readings");
}

/// An image manifest with a field `blobs` has layers all the same; only the artifact manifest reads it.
#[test]
fn blobs_are_read_in_artifact_manifests_only() {
    let blobs = json!([some_descriptor(), some_descriptor()]);
    let (manifest, _) = parse(&with(image(), "blobs", blobs.clone()), None).unwrap();
    assert_eq!(manifest.blobs().count(), 1);
    let artifact = json!({"mediaType": MediaType::OCI_ARTIFACT, "blobs": blobs, "layers": [], "config": some_descriptor()});
    assert_eq!(parse(&artifact, None).unwrap().0.blobs().count(), 2);
}

#[test]
fn deep_nesting_is_survived() {
    let deep = format!("{}{}", "[".repeat(1 << 17), "]".repeat(1 << 17));
    assert!(Manifest::parse(deep.as_bytes(), None).is_err());
    for field in ["layers", "annotations", "config", "other"] {
        let text = format!(r#"{{"config":{},"{field}x":{deep},"{field}":{deep}}}"#, some_descriptor());
        let read = Manifest::parse(text.as_bytes(), None);
        assert!(read.is_err() || field == "other", "{field}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_in_peace(bytes in any::<Vec<u8>>()) {
        prop_assert!(Manifest::parse(&bytes, None).is_err());
    }

    #[test]
    fn a_manifest_cut_short_is_refused(cut in any::<prop::sample::Index>()) {
        let whole = image().to_string();
        prop_assert!(Manifest::parse(&whole.as_bytes()[..cut.index(whole.len())], None).is_err());
    }

    #[test]
    fn fields_without_a_meaning_are_passed_over(field in "x[a-zA-Z]{0,8}", value in "[ -~]{0,20}") {
        let document = with(image(), &field, json!({ "a": [value] }));
        prop_assert_eq!(parse(&document, None).unwrap(), parse(&image(), None).unwrap());
    }
}
