use portolan_oci::{ImageConfig, Manifest, MediaType, RawManifest};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Without a type from outside, as from a layout, and with the document's own: the same.
fn parsed(name: &str) -> (Manifest, MediaType) {
    let bytes = fixture(name);
    let alone = Manifest::parse(&bytes, None).unwrap();
    assert_eq!(Manifest::parse(&bytes, Some(&alone.1)).unwrap(), alone);
    let octets = Manifest::parse(&bytes, Some(&"application/json".parse().unwrap())).unwrap();
    assert_eq!(octets, alone);
    alone
}

#[test]
fn the_example_of_an_image() {
    insta::assert_debug_snapshot!(parsed("oci-manifest.json"));
}

#[test]
fn the_example_of_an_index() {
    insta::assert_debug_snapshot!(parsed("oci-index.json"));
}

#[test]
fn the_example_of_an_artifact() {
    insta::assert_debug_snapshot!(parsed("oci-artifact.json"));
}

#[test]
fn the_example_of_a_docker_image() {
    insta::assert_debug_snapshot!(parsed("docker-manifest.json"));
}

#[test]
fn the_example_of_a_docker_list() {
    insta::assert_debug_snapshot!(parsed("docker-list.json"));
}

#[test]
fn the_artifact_manifest_of_the_release_candidates() {
    insta::assert_debug_snapshot!(parsed("rc-artifact-manifest.json"));
}

#[test]
fn the_example_of_a_configuration() {
    insta::assert_debug_snapshot!(ImageConfig::parse(&fixture("oci-config.json")).unwrap());
}

#[test]
fn a_configuration_may_have_null_where_a_field_is_optional() {
    let config = ImageConfig::parse(
        br#"{"created":null,"architecture":"amd64","os":"linux","os.features":null,"variant":null,
            "config":null,"history":null,"rootfs":{"type":"layers","diff_ids":null}}"#,
    )
    .unwrap();
    assert_eq!((config.created, config.rootfs.diff_ids.len()), (None, 0));
    let labels = ImageConfig::parse(br#"{"config":{"Labels":null},"rootfs":{}}"#).unwrap().config.labels;
    assert!(labels.is_empty());
    assert!(ImageConfig::parse(b"{}").is_err(), "the empty descriptor's content is no image configuration");
}

#[test]
fn what_belongs_to_a_manifest() {
    let (image, _) = parsed("oci-manifest.json");
    let sizes: Vec<_> = image.blobs().map(|blob| blob.size).collect();
    assert_eq!(sizes, [7023, 32654, 16724, 73109]);
    assert_eq!(image.subject().unwrap().size, 7682);
    assert!(image.children().is_empty());
    let (index, _) = parsed("docker-list.json");
    assert_eq!(index.children().len(), 2);
    assert_eq!(index.blobs().count(), 0);
}

/// distribution-spec, "Listing Referrers": the artifact type, else the type of the configuration.
#[test]
fn how_a_manifest_stands_in_a_list_of_referrers() {
    let listed = ["oci-manifest.json", "oci-artifact.json", "oci-index.json", "rc-artifact-manifest.json"]
        .map(|name| RawManifest::new(fixture(name).into(), None).unwrap().referrer_descriptor());
    insta::assert_json_snapshot!(listed);
}
