use portolan_oci::{MediaKind, MediaType};
use proptest::prelude::*;

const NAME: &str = "[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,20}";

proptest! {
    #[test]
    fn prints_as_written(kind in NAME, subtype in NAME, parameter in "( ?; ?[a-z]{1,5}=[a-z]{1,5}){0,2}") {
        let text = format!("{kind}/{subtype}");
        let parsed: MediaType = format!("{text}{parameter}").parse().unwrap();
        prop_assert_eq!(parsed.as_str(), &text);
        prop_assert_eq!(serde_json::from_str::<MediaType>(&serde_json::to_string(&parsed).unwrap()).unwrap(), parsed);
    }

    #[test]
    fn arbitrary_text_is_refused_or_carried(text in "\\PC{0,30}|[a/;. +]{0,10}") {
        if let Ok(parsed) = text.parse::<MediaType>() {
            prop_assert!(text.contains(parsed.as_str()));
            prop_assert_eq!(parsed.as_str().parse::<MediaType>().unwrap(), parsed);
        }
    }
}

#[test]
fn names_are_limited_as_in_rfc_6838() {
    let longest = "x".repeat(127);
    assert!(format!("{longest}/{longest}").parse::<MediaType>().is_ok());
    assert!(format!("a/{longest}x").parse::<MediaType>().is_err());
    for bad in ["", "/", "a", "a/", "/b", "a/b/c", "a b/c", ".a/b", "a/é", ";", "*/*"] {
        assert!(bad.parse::<MediaType>().is_err(), "{bad}");
    }
}

#[test]
fn kinds() {
    let kinds = [
        (MediaType::OCI_MANIFEST, MediaKind::Image),
        (MediaType::DOCKER_MANIFEST, MediaKind::Image),
        (MediaType::OCI_ARTIFACT, MediaKind::Image),
        (MediaType::OCI_INDEX, MediaKind::Index),
        (MediaType::DOCKER_LIST, MediaKind::Index),
        (MediaType::OCI_CONFIG, MediaKind::Other),
        (MediaType::OCI_LAYER_ZSTD, MediaKind::Other),
        (MediaType::default(), MediaKind::Other),
        ("application/vnd.docker.distribution.manifest.v1+json".parse().unwrap(), MediaKind::Schema1),
        ("application/vnd.docker.distribution.manifest.v1+prettyjws".parse().unwrap(), MediaKind::Schema1),
        ("application/vnd.oci.image.manifest.v1+json; charset=utf-8".parse().unwrap(), MediaKind::Image),
    ];
    for (media_type, kind) in kinds {
        assert_eq!(media_type.kind(), kind, "{media_type}");
    }
    assert!(MediaType::MANIFESTS.iter().all(MediaType::is_manifest));
}

#[test]
fn foreign_layers() {
    for foreign in [
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    ] {
        assert!(foreign.parse::<MediaType>().unwrap().is_foreign(), "{foreign}");
    }
    assert!(!MediaType::OCI_LAYER.is_foreign());
    assert!(!MediaType::DOCKER_LAYER.is_foreign());
}
