use std::collections::HashMap;
use std::path::Path;

use portolan_testkit::digest;
use portolan_testkit::zoo::Exhibit;
use serde_json::Value;

use super::{listed, tags};

/// A layout as it lies on the disk.
struct Layout<'a> {
    folder: &'a Path,
    /// Entries by the digest.
    entries: HashMap<String, Vec<Value>>,
}

impl<'a> Layout<'a> {
    fn read(folder: &'a Path) -> Self {
        let marker: Value =
            serde_json::from_slice(&std::fs::read(folder.join("oci-layout")).unwrap()).unwrap();
        assert_eq!(marker["imageLayoutVersion"], "1.0.0");
        let index: Value =
            serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
        let mut entries: HashMap<_, Vec<_>> = HashMap::new();
        for entry in index["manifests"].as_array().unwrap() {
            entries.entry(entry["digest"].as_str().unwrap().to_owned()).or_default().push(entry.clone());
        }
        Self { folder, entries }
    }

    fn blob(&self, digest: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join("blobs").join(digest.replacen(':', "/", 1))).ok()
    }

    /// The entry of a tag.
    fn tagged(&self, tag: &str) -> &Value {
        let mut entries = self.entries.values().flatten();
        let found = entries.find(|entry| entry["annotations"]["org.opencontainers.image.ref.name"] == tag);
        found.unwrap_or_else(|| panic!("the layout has no {tag}"))
    }
}

/// Panics unless the layout has every manifest and blob, an entry for every tag, and finds every referrer.
pub(crate) fn in_layout(folder: &Path, exhibit: &Exhibit) {
    let (layout, name) = (Layout::read(folder), exhibit.name);
    for (tag, digest) in tags(exhibit) {
        let entry = layout.tagged(tag);
        assert_eq!(entry["digest"], digest, "{name}: {tag}");
        assert_eq!(entry["size"], layout.blob(digest).unwrap().len(), "{name}: {tag}");
    }
    assert_eq!(layout.tagged(name)["mediaType"], exhibit.root.media_type.as_str());
    for tree in exhibit.manifests() {
        assert!(layout.blob(&tree.digest).unwrap() == tree.bytes, "{name}: other bytes of {}", tree.digest);
        for blob in &tree.blobs {
            match (blob.content(), layout.blob(&blob.digest)) {
                (Some(_), Some(held)) => {
                    assert!(digest::matches(&blob.digest, held), "{name}: {}", blob.digest);
                }
                (None, None) => {}
                (_, held) => panic!("{name}: {} is there: {}", blob.digest, held.is_some()),
            }
        }
    }
    for (tag, index) in exhibit.fallback_indexes() {
        for referrer in listed(&index.json()) {
            assert!(is_found(&layout, &tag, &referrer), "{name}: {tag} lacks {referrer}");
        }
    }
}

/// A referrer has an entry of its own, or is listed under the fallback tag.
fn is_found(layout: &Layout<'_>, fallback: &str, referrer: &Value) -> bool {
    if layout.entries.contains_key(referrer["digest"].as_str().unwrap()) {
        return true;
    }
    let bytes = layout.blob(layout.tagged(fallback)["digest"].as_str().unwrap()).unwrap();
    listed(&serde_json::from_slice(&bytes).unwrap()).contains(referrer)
}
