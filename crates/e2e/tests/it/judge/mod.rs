//! Whether everything of an exhibit has arrived, as seen by the test support.

mod layout;
mod registry;

pub(crate) use layout::in_layout;
pub(crate) use registry::in_registry;

use portolan_testkit::image::Tree;
use portolan_testkit::zoo::{Exhibit, fallback_tag};
use serde_json::Value;

/// All tags of an exhibit with the digests that they point at, without the lists of referrers that are made
/// while copying.
fn tags(exhibit: &Exhibit) -> Vec<(&str, &str)> {
    let own = exhibit.tags.iter().map(|tag| (tag.as_str(), exhibit.root.digest.as_str()));
    own.chain(exhibit.extra_tags.iter().map(|(tag, tree)| (tag.as_str(), tree.digest.as_str()))).collect()
}

/// The exhibit as a place with the referrers API shows it: what a list under the image's fallback tag names refers to
/// the image, and the list itself belongs to nothing.
pub(crate) fn through_api(mut exhibit: Exhibit) -> Exhibit {
    let list = fallback_tag(&exhibit.root.digest);
    let (lists, others) = exhibit.extra_tags.into_iter().partition(|(tag, _)| *tag == list);
    exhibit.extra_tags = others;
    let lists: Vec<(String, Tree)> = lists;
    exhibit.referrers.extend(lists.into_iter().flat_map(|(_, index)| index.children));
    exhibit
}

/// The descriptors that an index lists, in order of their digests.
fn listed(index: &Value) -> Vec<Value> {
    sorted(index["manifests"].as_array().cloned().unwrap_or_default())
}

/// Descriptors in order of their digests.
fn sorted(mut descriptors: Vec<Value>) -> Vec<Value> {
    descriptors.sort_by_key(|one| one["digest"].to_string());
    descriptors
}
