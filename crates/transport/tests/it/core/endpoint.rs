//! How places are written.

use portolan_oci::{Digest, TagOrDigest};
use portolan_transport::{Endpoint, EndpointError, InArchive, Location};
use proptest::prelude::*;

fn parse(text: &str) -> Endpoint {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn registries_are_read_with_and_without_a_scheme() {
    for text in ["host.example/app:1", "docker://host.example/app:1"] {
        let endpoint = parse(text);
        assert!(matches!(&endpoint.location, Location::Registry(host, name)
            if host.as_str() == "host.example" && name.as_str() == "app"));
        assert_eq!(endpoint.tag.unwrap().as_str(), "1");
    }
    assert_eq!(parse("debian").to_string(), "docker.io/library/debian");
}

#[test]
fn only_a_registry_has_a_default_tag() {
    assert_eq!(parse("host.example/app").selector().unwrap().to_string(), "latest");
    assert_eq!(parse("host.example/app").named(), None);
    assert_eq!(parse("oci:dir").selector(), None);
}

#[test]
fn files_are_read_with_tag_or_digest() {
    let digest = Digest::sha256(b"x");
    let cases = [
        ("oci:dir", "dir", None),
        ("oci:dir:1.0", "dir", Some("1.0".to_owned())),
        ("oci:/a/b.c:d/e:1", "/a/b.c:d/e", Some("1".to_owned())),
        ("oci:/a:1/b", "/a:1/b", None),
        (&*format!("oci:dir@{digest}"), "dir", Some(digest.to_string())),
        ("oci:user@host/dir:t", "user@host/dir", Some("t".to_owned())),
    ];
    for (text, path, named) in cases {
        let endpoint = parse(text);
        assert_eq!(endpoint.location, Location::Layout(path.into()), "{text}");
        assert_eq!(endpoint.named().map(|named| named.to_string()), named, "{text}");
    }
    assert_eq!(parse("oci-archive:a.tar:x").location, Location::OciArchive("a.tar".into()));
}

#[test]
fn an_image_of_a_docker_archive_is_named_as_other_tools_do() {
    let digest = Digest::sha256(b"x");
    let at = |host: &str, name: &str| InArchive::Repository(host.parse().unwrap(), name.parse().unwrap());
    let cases = [
        ("a.tar", InArchive::All, None),
        ("a.tar:1.0", InArchive::All, Some("1.0".to_owned())),
        ("a.tar:debian:13", at("docker.io", "library/debian"), Some("13".to_owned())),
        ("a.tar:docker.io/library/debian:13", at("docker.io", "library/debian"), Some("13".to_owned())),
        ("dir/a.tar:team/app", at("docker.io", "team/app"), None),
        ("a.tar:localhost:5000/app:1", at("localhost:5000", "app"), Some("1".to_owned())),
        ("a.tar:@2", InArchive::Nth(2), None),
        ("a.tar:@2:1.0", InArchive::Nth(2), Some("1.0".to_owned())),
        (&*format!("a.tar@{digest}"), InArchive::All, Some(digest.to_string())),
        (&*format!("a.tar:team/app@{digest}"), at("docker.io", "team/app"), Some(digest.to_string())),
    ];
    for (text, images, named) in cases {
        let endpoint = parse(&format!("docker-archive:{text}"));
        let path = text.split([':', '@']).next().unwrap();
        assert_eq!(endpoint.location, Location::DockerArchive(path.into(), images), "{text}");
        assert_eq!(endpoint.named().map(|named| named.to_string()), named, "{text}");
        assert_eq!(endpoint.to_string().parse::<Endpoint>().unwrap(), endpoint, "{text}");
    }
    for text in ["docker-archive:a.tar:", "docker-archive:a.tar:Team/app:1", "docker-archive:a.tar:a:b:c"] {
        assert!(matches!(text.parse::<Endpoint>(), Err(EndpointError::Reference { .. })), "{text}");
    }
    for text in ["docker-archive:a.tar:@", "docker-archive:a.tar:@one", "docker-archive:a.tar:@-1"] {
        assert!(matches!(text.parse::<Endpoint>(), Err(EndpointError::NoNumber(_))), "{text}");
    }
    assert!(matches!("docker-archive::a:1".parse::<Endpoint>(), Err(EndpointError::NoPath(_))));
}

#[test]
fn a_digest_goes_before_a_tag() {
    let digest = Digest::sha256(b"x");
    let endpoint = parse(&format!("host.example/app:1@{digest}"));
    assert_eq!(endpoint.named(), Some(TagOrDigest::Digest(digest)));
}

#[test]
fn what_names_no_place_is_refused_with_its_reason() {
    assert!(matches!("oci:".parse::<Endpoint>(), Err(EndpointError::NoPath(_))));
    assert!(matches!("oci::tag".parse::<Endpoint>(), Err(EndpointError::NoPath(_))));
    for text in ["dir:/tmp/x", "docker-daemon:app:1", "containers-storage:app", "https://host.example/app"] {
        assert!(matches!(text.parse::<Endpoint>(), Err(EndpointError::UnknownTransport(_))), "{text}");
    }
    for text in ["", "UPPER/Case", "host.example/app:", "oci:dir:bad tag", "oci:dir@sha256:12"] {
        assert!(matches!(text.parse::<Endpoint>(), Err(EndpointError::Reference { .. })), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(
        path in "[a-z/.]{1,20}",
        tag in proptest::option::of("[A-Za-z0-9_][A-Za-z0-9._-]{0,20}"),
        seed in proptest::option::of(any::<u64>()),
        kind in 0usize..4,
        nth in 0usize..9,
    ) {
        let location = match kind {
            0 => Location::Layout(path.into()),
            1 => Location::OciArchive(path.into()),
            2 => Location::DockerArchive(path.into(), InArchive::All),
            _ => Location::DockerArchive(path.into(), InArchive::Nth(nth)),
        };
        let endpoint = Endpoint {
            location,
            tag: tag.map(|tag| tag.parse().unwrap()),
            digest: seed.map(|seed| Digest::sha256(&seed.to_le_bytes())),
        };
        prop_assert_eq!(endpoint.to_string().parse::<Endpoint>().unwrap(), endpoint);
    }

    #[test]
    fn no_text_ends_the_program(text in ".{0,80}") {
        let _ = text.parse::<Endpoint>();
    }
}
