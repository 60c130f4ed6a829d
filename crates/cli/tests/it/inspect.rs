//! `portolan inspect`.

use std::process::Stdio;

use portolan_testkit::digest::sha256;
use portolan_testkit::zoo::{all, write_layout};

use crate::sandbox::Sandbox;

const HELLO: &str = "oci:examples/quickstart/layout:hello";

#[test]
fn an_index_and_one_of_its_images() {
    let sandbox = Sandbox::with_examples();
    insta::assert_snapshot!(sandbox.run(&format!("inspect {HELLO}")));
    insta::assert_snapshot!(sandbox.run(&format!("inspect {HELLO} --output json")));
    insta::assert_snapshot!(sandbox.run(&format!("inspect {HELLO} --platform linux/arm64/v8 --output json")));
    insta::assert_snapshot!(sandbox.run(&format!("inspect {HELLO} --platform linux/riscv64")));
}

#[test]
fn bytes_are_printed_as_they_are() {
    let sandbox = Sandbox::with_examples();
    let seen = sandbox.run(&format!("inspect {HELLO} --platform linux/amd64 --output json")).json();
    let printed = |option: &str| {
        let line = format!("inspect {HELLO} --platform linux/amd64 {option}");
        let output =
            sandbox.command(line.split(' ')).stdout(Stdio::piped()).spawn().unwrap().wait_with_output();
        sha256(output.unwrap().stdout)
    };
    assert_eq!(printed("--raw"), seen["digest"].as_str().unwrap());
    assert_eq!(printed("--image-config"), seen["config"]["digest"].as_str().unwrap());
    insta::assert_snapshot!(sandbox.run(&format!("inspect {HELLO} --image-config")));
    insta::assert_snapshot!(sandbox.run(&format!("inspect {HELLO} --image-config --raw")));
}

/// Whatever a registry may hold can be looked at, in both forms.
#[test]
fn every_kind_is_shown() {
    let sandbox = Sandbox::new();
    write_layout(&sandbox.path("zoo"), &all());
    for exhibit in all() {
        for tag in &exhibit.tags {
            let text = sandbox.run(&format!("inspect oci:zoo:{tag}")).succeeded();
            assert!(text.contains(&exhibit.root.digest), "{text}");
            let json = sandbox.run(&format!("inspect oci:zoo:{tag} --output json")).json();
            assert_eq!(json["digest"], exhibit.root.digest);
            assert!(json["layers"].is_array() != json["manifests"].is_array(), "{json}");
        }
    }
}
