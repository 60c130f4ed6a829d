//! The distribution specification, section by section. Each test is named after what it says.

mod deleting;
mod errors;
mod limits;
mod listing_referrers;
mod listing_repositories;
mod listing_tags;
mod mounting;
mod next_version;
mod pulling;
mod pushing_chunked;
mod pushing_manifests;
mod pushing_whole;

use std::collections::BTreeSet;
use std::path::Path;

/// `section::test` as `docs/src/specification.md` writes it.
fn named(page: &str) -> BTreeSet<(&str, &str)> {
    page.split('`').skip(1).step_by(2).filter_map(|word| word.split_once("::")).collect()
}

#[test]
fn the_tests_that_the_book_names_are_there() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(crates.join("../../docs/src/specification.md")).unwrap();
    let tests = named(&page);
    assert!(tests.len() > 60, "the tests on the page are not found: {tests:?}");
    for (section, test) in tests {
        let folder = if section == "access" { "" } else { "spec/" };
        let file = crates.join(format!("tests/it/{folder}{section}.rs"));
        let source =
            std::fs::read_to_string(&file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
        assert!(source.contains(&format!("fn {test}(")), "{section} has no test {test}");
    }
}
