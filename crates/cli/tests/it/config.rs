//! `portolan config`.

use crate::sandbox::Sandbox;

const GOOD: &str = "\
version: 1
registries:
  - host: registry.example.com
    username: robot
    password: swordfish
log: {level: info}
";

const BAD: &str = "\
version: 1
regisries: []
log: {level: loud}
registries:
  - host: r.example.com
    pasword: swordfish
";

#[test]
fn without_a_file_the_defaults_are_in_force() {
    let mut sandbox = Sandbox::new();
    sandbox.redact(sandbox.path("").display().to_string(), "[HOME]/");
    insta::assert_snapshot!(sandbox.run("config check"));
    insta::assert_snapshot!(sandbox.run("config show"));
}

#[test]
fn what_is_in_force_and_where_it_comes_from() {
    let mut sandbox = Sandbox::new();
    sandbox.redact(sandbox.path("").display().to_string(), "[HOME]/");
    sandbox.write("portolan.yaml", GOOD);
    sandbox.set("PORTOLAN__LIMITS__CONCURRENCY", "3");
    insta::assert_snapshot!(sandbox.run("config check"));
    insta::assert_snapshot!(sandbox.run("config show"));
    insta::assert_snapshot!(sandbox.run("config show --output json"));
}

#[test]
fn all_that_is_wrong_is_told_and_no_secret() {
    let sandbox = Sandbox::new();
    sandbox.write("good.yaml", GOOD);
    sandbox.write("bad.yaml", BAD);
    let ran = sandbox.run("config check good.yaml bad.yaml");
    assert!(!ran.to_string().contains("swordfish"), "{ran}");
    insta::assert_snapshot!(ran);
    insta::assert_snapshot!(sandbox.run("config check bad.yaml --output json"));
    insta::assert_snapshot!(sandbox.run("--config bad.yaml tags oci:nowhere"));
    insta::assert_snapshot!(sandbox.run("config check nowhere.yaml"));
}

#[test]
fn malformed_yaml() {
    let sandbox = Sandbox::new();
    sandbox.write("portolan.yaml", "version: 1\nregistries:\n  - host: [\n");
    insta::assert_snapshot!(sandbox.run("tags oci:nowhere"));
}

#[test]
fn the_schema_is_one() {
    let schema = Sandbox::new().run("config schema").json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["registries"].is_object());
}

#[test]
fn the_reference_page_is_the_one_of_the_book() {
    let page = Sandbox::new().run("config reference").succeeded();
    let book = crate::sandbox::repository().join("docs/src/configuration-reference.md");
    assert_eq!(page, std::fs::read_to_string(book).unwrap());
}
