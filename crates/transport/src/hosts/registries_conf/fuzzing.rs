//! What must hold for any `registries.conf`.

use std::path::Path;

use portolan_oci::Reference;

use super::format::parse;
use super::rule::Prefix;

/// A rule's prefix reads back, and what a rule is for has places that end with its own name.
pub fn registries_conf(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(rules) = parse(Path::new("registries.conf"), text) else { return };
    for rule in rules {
        assert_eq!(Prefix::parse(&rule.prefix.to_string()).as_ref(), Ok(&Some(rule.prefix.clone())));
        let images = ["docker.io/library/debian", "r.example/a/b", "a.r.example:5000/c"];
        for image in images.iter().filter_map(|image| image.parse::<Reference>().ok()) {
            let (registry, repository) = (image.registry(), image.repository());
            if rule.prefix.weight(registry, repository).is_none() {
                continue;
            }
            if let Ok(places) = rule.places(registry, repository) {
                let own = places.last().map(|place| (&place.registry, &place.repository));
                assert_eq!(own, Some((registry, repository)));
            }
        }
    }
}
