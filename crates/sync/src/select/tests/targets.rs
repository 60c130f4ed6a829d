use portolan_transport::{Endpoint, PutAs};
use proptest::prelude::*;

use crate::select::{ExpandError, Expansion, TargetTemplate, TemplateError, clashes};
use crate::settings::ImageName;

fn digest() -> String {
    format!("sha256:{}", "ab".repeat(32))
}

fn template(text: &str) -> TargetTemplate {
    text.parse().unwrap()
}

fn image(text: &str) -> ImageName {
    text.parse().unwrap()
}

fn expand(target: &str, image: &str) -> String {
    template(target).expand(&self::image(image)).unwrap().to_string()
}

#[test]
fn images_find_their_places() {
    for (target, image, place) in [
        ("r.example/base/debian", "debian:12", "r.example/base/debian:12"),
        ("r.example/m/{repository}", "debian:12", "r.example/m/library/debian:12"),
        ("r.example/m/{name}", "a.example/x/y/app", "r.example/m/app:latest"),
        ("r.example/{registry}/{repository}", "localhost:5000/app:1", "r.example/localhost_5000/app:1"),
        ("{registry}/copy/{repository}", "localhost:5000/app:1", "localhost:5000/copy/app:1"),
        ("r.example/all:{name}-{tag}", "a.example/x/app:1", "r.example/all:app-1"),
        ("oci:/mnt/usb/{name}", "debian:12", "oci:/mnt/usb/debian:12"),
        ("oci:/mnt/usb", "oci:/src:12", "oci:/mnt/usb:12"),
        ("oci:/mnt/usb", "oci:/src", "oci:/mnt/usb"),
        ("r.example/app:stable", "a.example/app:1", "r.example/app:stable"),
    ] {
        assert_eq!(expand(target, image), place, "{target} {image}");
    }
    let digest = digest();
    assert_eq!(
        expand("r.example/app", &format!("a.example/app@{digest}")),
        format!("r.example/app@{digest}")
    );
    assert_eq!(expand("r.example/app", &format!("a.example/app:1@{digest}")), "r.example/app:1");
    assert_eq!(expand("r.example/app:{tag}", &format!("a.example/app:1@{digest}")), "r.example/app:1");
}

#[test]
fn images_go_where_their_names_as_they_are_written_say() {
    for (target, image, place) in [
        ("r.example/{image}", "debian:12", "r.example/debian:12"),
        ("r.example/{image}", "docker://library/debian", "r.example/library/debian:latest"),
        ("r.example/m/{image}", "docker.io/library/debian:12", "r.example/m/docker.io/library/debian:12"),
        ("r.example/m/{image}", "localhost:5000/app:1", "r.example/m/localhost_5000/app:1"),
        ("r.example/{image:rancher}", "rancher/flannel:v1", "r.example/rancher/flannel:v1"),
        ("r.example/{image:rancher}", "rancher-x/flannel:v1", "r.example/rancher-x/flannel:v1"),
        ("r.example/{image:rancher}", "quay.io/a/b:1", "r.example/rancher/quay.io/a/b:1"),
    ] {
        assert_eq!(expand(target, image), place, "{target} {image}");
    }
    let found = |text: &str| ImageName::from(text.parse::<Endpoint>().unwrap());
    let short = |text: &str| template("r.example/{image}").expand(&found(text)).unwrap().to_string();
    assert_eq!(short("docker.io/library/debian:12"), "r.example/debian:12");
    assert_eq!(short("quay.io/a/b:1"), "r.example/quay.io/a/b:1");
    let by_digest = format!("a.example:1/app@{}", digest());
    assert_eq!(expand("r.example/{image}", &by_digest), format!("r.example/a.example_1/app@{}", digest()));
}

#[test]
fn images_without_a_place() {
    let fails = |target: &str, image: &str| template(target).expand(&self::image(image)).unwrap_err();
    let by_digest = format!("a.example/app@{}", digest());
    assert!(matches!(fails("r.example/app:v{tag}", &by_digest), ExpandError::NoValue { .. }));
    let error = fails("r.example/{name}", "oci:/src:1");
    assert_eq!(error.to_string(), "target `r.example/{name}` needs `{name}`, which oci:/src:1 has not");
    let long = format!("a.example/app:{}", "x".repeat(120));
    assert!(matches!(fails("r.example/all:a-long-name-{tag}", &long), ExpandError::NoPlace { .. }));
}

#[test]
fn what_is_no_target() {
    let error = |text: &str| text.parse::<TargetTemplate>().unwrap_err();
    assert_eq!(
        error("r.example/{repo}").to_string(),
        "variable `{repo}` of target `r.example/{repo}` is not known (known: {registry}, {repository}, {name}, {tag}, {image}, {image:PREFIX})"
    );
    for text in ["r.example/{name", "r.example/name}", "r.example/}{"] {
        assert!(matches!(error(text), TemplateError::Brace(_)), "{text}");
    }
    for text in ["", "oci:", "dir:x", "r.example/UPPER", "s3://bucket", "r.example/{tag}/"] {
        assert!(matches!(error(text), TemplateError::NoPlace { .. }), "{text}");
    }
    assert!(matches!(error(&format!("r.example/app@{}", digest())), TemplateError::Digest(_)));
}

#[test]
fn two_images_for_one_name_clash() {
    let clash = |images: &[(&str, &str)]| {
        let end = |(source, target): &(&str, &str)| {
            let place = |text: &str| text.parse::<Endpoint>().unwrap();
            let (source, target) = (place(source), place(target));
            let reference = source.selector().unwrap();
            (source.location, reference, target.location, target.tag.map_or(PutAs::Digest, PutAs::Tag))
        };
        let ends: Vec<_> = images.iter().map(end).collect();
        let expansions = ends.iter().map(|(source, reference, target, name)| Expansion {
            source,
            reference,
            target,
            name,
        });
        let found = clashes(expansions);
        found.iter().map(ToString::to_string).collect::<Vec<String>>()
    };
    let said = clash(&[
        ("a.example/x/app:1", "r.example/app:1"),
        ("a.example/y/app:1", "r.example/app:1"),
        ("a.example/y/app:2", "r.example/app:2"),
        ("a.example/y/app:2", "r.example/app:2"),
        ("a.example/x/app:1", "oci:usb:1"),
    ]);
    assert_eq!(said, ["a.example/x/app:1 and a.example/y/app:1 would both be r.example/app:1"]);
    let at = |place: &str| format!("{place}@{}", digest());
    let nothing = clash(&[
        (&at("a.example/x"), &at("r.example/app")),
        (&at("a.example/y"), &at("r.example/app")),
        (&at("a.example/x:1"), "r.example/app:1"),
        (&at("a.example/y:1"), "r.example/app:1"),
    ]);
    assert!(nothing.is_empty(), "{nothing:?}");
}

proptest! {
    #[test]
    fn any_text_is_a_target_or_is_refused(text in "[a-z{}/:.@]{0,30}|\\PC*") {
        if let Ok(template) = text.parse::<TargetTemplate>() {
            prop_assert_eq!(template.to_string(), text);
        }
    }

    #[test]
    fn repositories_stay_apart(
        one in "[a-z]{1,4}(/[a-z]{1,4}){0,2}",
        two in "[a-z]{1,4}(/[a-z]{1,4}){0,2}",
    ) {
        let expand = |repository: &str| expand("r.example/m/{repository}", &format!("a.example/{repository}:1"));
        prop_assert_eq!(one == two, expand(&one) == expand(&two));
    }
}
