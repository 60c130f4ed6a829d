use portolan_oci::{Digest, Reference, Registry, RepositoryName, Tag, TagOrDigest};
use proptest::prelude::*;

const HEX: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn host() -> impl Strategy<Value = String> {
    let port = proptest::option::of(1..=u16::MAX);
    let name = prop_oneof![
        Just("localhost".to_owned()),
        "[a-zA-Z0-9]([a-zA-Z0-9-]{0,6}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]{1,6}){1,3}",
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]")),
    ];
    (name, port).prop_map(|(name, port)| port.map_or(name.clone(), |port| format!("{name}:{port}")))
}

fn path() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,6}((\\.|_|__|-{1,3}|/)[a-z0-9]{1,6}){0,5}"
}

proptest! {
    #[test]
    fn parts_and_back(
        host in host(),
        path in path(),
        tag in proptest::option::of("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}"),
        content in proptest::option::of(any::<u8>()),
    ) {
        let digest = content.map(|byte| Digest::sha256(&[byte]));
        let mut text = format!("{host}/{path}");
        if let Some(tag) = &tag {
            text.push_str(&format!(":{tag}"));
        }
        if let Some(digest) = &digest {
            text.push_str(&format!("@{digest}"));
        }
        let reference: Reference = text.parse().unwrap();
        prop_assert_eq!(reference.registry().as_str(), host.to_lowercase());
        prop_assert_eq!(reference.repository().as_str(), path);
        prop_assert_eq!(reference.tag().map(Tag::as_str), tag.as_deref());
        prop_assert_eq!(reference.digest(), digest.as_ref());
        prop_assert_eq!(reference.to_string().parse::<Reference>().unwrap(), reference);
    }

    #[test]
    fn what_parses_prints_as_something_that_parses_to_the_same(
        text in "\\PC{0,40}|[aA0.:/@_\\[\\]-]{0,24}|(docker.io/|localhost/|[a-z]{1,3}:0?[0-9]{1,6}/)?[a-z./:@]{1,20}",
    ) {
        if let Ok(reference) = text.parse::<Reference>() {
            prop_assert_eq!(reference.to_string().parse::<Reference>().unwrap(), reference.clone());
            let json = serde_json::to_string(&reference).unwrap();
            prop_assert_eq!(serde_json::from_str::<Reference>(&json).unwrap(), reference);
        }
    }

    #[test]
    fn every_registry_can_stand_in_a_reference(text in "[a-zA-Z0-9.:\\[\\]-]{1,16}", path in path()) {
        if let Ok(registry) = text.parse::<Registry>() {
            let reference = Reference::new(registry, path.parse::<RepositoryName>().unwrap());
            prop_assert_eq!(reference.to_string().parse::<Reference>().unwrap(), reference);
        }
    }

    #[test]
    fn tag_or_digest_and_back(tag in "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", content in any::<Vec<u8>>()) {
        for selector in [TagOrDigest::Tag(tag.parse().unwrap()), Digest::sha512(&content).into()] {
            prop_assert_eq!(selector.to_string().parse::<TagOrDigest>().unwrap(), selector);
        }
    }
}

/// What each text means, as Docker's command line has it.
#[test]
fn short_names() {
    let texts = [
        "debian",
        "debian:12",
        "bitnami/redis",
        "a/b/c",
        "docker.io/debian",
        "docker.io/bitnami/redis:7",
        "index.docker.io/library/debian",
        "registry-1.docker.io/debian",
        "DOCKER.IO/debian",
        "localhost/x",
        "localhost:5000/x:y",
        "LocalHost/x",
        "host.example/x",
        "Host.Example:443/x",
        "myhost:5000/x/y",
        "127.0.0.1:5000/x",
        "[::1]:5000/x",
        "[2001:DB8::1]/x:y",
        "host.example",
        "localhost:5000",
        "registry/x",
        "x--y/a__b.c-d",
        &format!("debian@sha256:{HEX}"),
        &format!("debian:12@sha256:{HEX}"),
        &format!("h:1/x:t@sha256:{HEX}"),
        &format!("library/{HEX}"),
    ];
    let meanings = texts.map(|text| {
        let reference: Reference = text.parse().unwrap();
        format!("{text}\n    = {reference}\n    asks for {}", reference.selector())
    });
    insta::assert_snapshot!(meanings.join("\n"));
}

#[test]
fn what_is_wrong_is_said() {
    let texts = [
        "",
        "/",
        "debian/",
        "/debian",
        "docker.io/",
        "Debian",
        "library/Debian",
        "host.example/Debian",
        "MyHost/x",
        "my_host:5000/x",
        "host.example./x",
        "-host.example/x",
        "localhost:0/x",
        "localhost:080/x",
        "localhost:65536/x",
        "localhost:/x",
        "localhost:+80/x",
        "[::1/x",
        "[::1]5000/x",
        "[host.example]/x",
        "[fe80::1%eth0]/x",
        "::1/x",
        "http://host.example/x",
        "user@host.example/x",
        "debian:",
        "debian:-x",
        "debian:a:b",
        "debian@",
        "debian@12",
        "debian@md5:00",
        "debian:ä",
        "a//b",
        "a___b",
        "a..b",
        "a./b",
        "../a",
        " debian",
        HEX,
    ];
    let errors = texts.map(|text| match text.parse::<Reference>() {
        Ok(reference) => panic!("{text:?} was taken for {reference}"),
        Err(error) => format!("{text:?}\n    {error}"),
    });
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn registries() {
    let texts =
        ["docker.io", "localhost", "a.localhost:1", "127.8.9.1:5000", "[::1]:5000", "[::2]", "h.example:8"];
    let table = texts.map(|text| {
        let registry: Registry = text.parse().unwrap();
        let (api, host, loopback) = (registry.api_host(), registry.host(), registry.is_loopback());
        format!("{text}: api {api}, host {host}, loopback {loopback}")
    });
    insta::assert_snapshot!(table.join("\n"));
    for bare in ["myhost", "Registry", "a-b"] {
        insta::assert_snapshot!(bare.parse::<Registry>().unwrap_err());
    }
}

#[test]
fn docker_hub_has_no_names_of_one_part() {
    let short = Reference::new(Registry::docker_hub(), "debian".parse().unwrap());
    assert_eq!(short, "debian".parse().unwrap());
    assert_eq!(short.repository().as_str(), "library/debian");
    let elsewhere = Reference::new("quay.io".parse().unwrap(), "debian".parse().unwrap());
    assert_eq!(elsewhere.to_string(), "quay.io/debian");
}

#[test]
fn tag_and_digest_replace_each_other() {
    let digest = Digest::sha256(b"{}");
    let both: Reference = format!("h.example/x:t@{digest}").parse().unwrap();
    assert_eq!(both.selector(), TagOrDigest::Digest(digest));
    assert_eq!(both.with_tag(Tag::latest()).to_string(), "h.example/x:latest");
    assert_eq!(both.with_digest(digest).to_string(), format!("h.example/x@{digest}"));
}

#[test]
fn host_and_repository_together_are_limited() {
    let host = "h.example";
    let path = "a".repeat(255 - host.len() - 1);
    assert!(format!("{host}/{path}").parse::<Reference>().is_ok());
    assert!(format!("{host}/{path}a").parse::<Reference>().is_err());
    assert!("a".repeat(1 << 24).parse::<Reference>().is_err());
}
