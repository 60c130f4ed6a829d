//! Whether everything of an exhibit has arrived, as seen by the test support.

mod layout;
mod registry;

pub(crate) use layout::in_layout;
pub(crate) use registry::in_registry;

use portolan_testkit::zoo::Exhibit;
use serde_json::Value;

/// All tags of an exhibit with the digests that they point at, without the lists of referrers that are made
/// while copying.
fn tags(exhibit: &Exhibit) -> Vec<(&str, &str)> {
    let own = exhibit.tags.iter().map(|tag| (tag.as_str(), exhibit.root.digest.as_str()));
    own.chain(exhibit.extra_tags.iter().map(|(tag, tree)| (tag.as_str(), tree.digest.as_str()))).collect()
}

/// The descriptors that an index lists, in order of their digests.
fn listed(index: &Value) -> Vec<Value> {
    let mut listed = index["manifests"].as_array().cloned().unwrap_or_default();
    listed.sort_by_key(|one| one["digest"].to_string());
    listed
}
