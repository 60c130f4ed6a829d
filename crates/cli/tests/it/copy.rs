//! `portolan copy`.

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

#[test]
fn an_image_goes_from_layout_to_layout() {
    let sandbox = Sandbox::with_examples();
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:out:hello")));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:out:hello")));
    assert_eq!(tags(&sandbox, "oci:out"), ["hello"]);
}

/// The tags at a place without those under which lists of referrers are kept.
fn tags(sandbox: &Sandbox, place: &str) -> Vec<String> {
    let printed = sandbox.run(&format!("tags {place}")).succeeded();
    printed.lines().filter(|tag| !tag.starts_with("sha256-")).map(str::to_owned).collect()
}

#[test]
fn a_target_without_a_tag_gets_that_of_the_source() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci:named")).succeeded();
    assert_eq!(tags(&sandbox, "oci:named"), ["hello"]);
    // The only image there is meant, and it has one tag.
    sandbox.run("copy oci:named oci:again").succeeded();
    assert_eq!(tags(&sandbox, "oci:again"), ["hello"]);
    let digest = sandbox.run("inspect oci:named --output json").json()["digest"].clone();
    let digest = digest.as_str().unwrap();
    sandbox.run(&format!("copy oci:named@{digest} oci:untagged")).succeeded();
    assert!(tags(&sandbox, "oci:untagged").is_empty());
    assert_eq!(sandbox.run("inspect oci:untagged --output json").json()["digest"], digest);
}

#[test]
fn the_report_for_programs() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci:old:hello")).succeeded();
    sandbox.write("occupied", "a file");
    let line = format!("copy {HELLO} oci:old:hello oci:new:hello oci:occupied:hello --output json --quiet");
    let ran = sandbox.run(&line);
    assert_eq!(ran.code, Some(4), "{ran}");
    insta::assert_snapshot!(ran);
}

#[test]
fn one_platform_alone() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci:arm:hello --platform linux/arm64")).succeeded();
    insta::assert_snapshot!(sandbox.run("inspect oci:arm:hello"));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:arm:hello --platform linux/s390x")));
}

#[test]
fn what_refers_to_an_image_stays_behind_if_asked() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci:all")).succeeded();
    sandbox.run(&format!("copy {HELLO} oci:bare --no-referrers")).succeeded();
    let referrers = |place| {
        let seen = sandbox.run(&format!("inspect {place} --output json")).json();
        seen["referrers"].as_array().unwrap().len()
    };
    assert_eq!((referrers("oci:all"), referrers("oci:bare")), (1, 0));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let sandbox = Sandbox::with_examples();
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO}")));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} Example/hello")));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} dir:out")));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:out:a oci:out:a")));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:out@sha256:{}", "0".repeat(64))));
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci:out --platform arm64")));
}

#[test]
fn an_image_that_is_not_there() {
    let sandbox = Sandbox::with_examples();
    insta::assert_snapshot!(sandbox.run("copy oci:examples/quickstart/layout:hallo oci:out"));
    insta::assert_snapshot!(sandbox.run("copy oci:nowhere:hello oci:out"));
}

#[test]
fn several_images_and_none_named() {
    let sandbox = Sandbox::with_examples();
    for name in ["one", "two"] {
        let platform = if name == "one" { "linux/amd64" } else { "linux/arm64" };
        sandbox.run(&format!("copy {HELLO} oci:several:{name} --platform {platform}")).succeeded();
    }
    insta::assert_snapshot!(sandbox.run("copy oci:several oci:out"));
}

#[test]
fn archives_keep_what_they_can() {
    let sandbox = Sandbox::with_examples();
    sandbox.run(&format!("copy {HELLO} oci-archive:hello.tar")).succeeded();
    sandbox.run("copy oci-archive:hello.tar oci:back").succeeded();
    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} oci-archive:hello.tar")));

    insta::assert_snapshot!(sandbox.run(&format!("copy {HELLO} docker-archive:hello-docker.tar")));
    let line = format!("copy {HELLO} docker-archive:hello-docker.tar:1 --platform linux/amd64");
    insta::assert_snapshot!(sandbox.run(&line));
    insta::assert_snapshot!(sandbox.run("tags docker-archive:hello-docker.tar"));
}
