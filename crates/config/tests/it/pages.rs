//! What is generated from the doc comments.

use std::fs;

use portolan_config::{reference, schema};
use serde_json::Value;

#[test]
fn the_schema() {
    assert_eq!(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
    insta::assert_json_snapshot!(schema());
}

/// Editors show the words of the schema, and the page is made of them: no key is without.
#[test]
fn every_key_is_documented() {
    fn visit(node: &Value, path: &str) {
        for (name, key) in node["properties"].as_object().into_iter().flatten() {
            assert!(key["description"].is_string(), "{path}/{name} has no description");
        }
        if let Some(definitions) = node["$defs"].as_object() {
            definitions.iter().for_each(|(name, node)| visit(node, name));
        }
    }
    visit(schema(), "");
}

#[test]
fn the_page_of_the_book_is_the_generated_one() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/configuration-reference.md");
    let current = fs::read_to_string(page).unwrap_or_default();
    assert!(
        current == reference(),
        "docs/src/configuration-reference.md is old; write it with \
         `cargo run -p portolan-config --example reference > docs/src/configuration-reference.md`"
    );
}
