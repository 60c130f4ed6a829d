//! Writing exhibits as an OCI image layout (image-spec, "OCI Image Layout Specification").

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::Exhibit;
use super::exhibit::referrer_descriptor;
use crate::image::{Blob, Tree};

/// Makes `dir` an OCI layout with these exhibits: every tag as an entry of `index.json` with
/// `org.opencontainers.image.ref.name`, every referrer as one without.
pub fn write_layout(dir: &Path, exhibits: &[Exhibit]) {
    fs::create_dir_all(dir.join("blobs/sha256")).expect("the layout's folders can be made");
    fs::write(dir.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).expect("oci-layout");
    let mut entries = Vec::new();
    for exhibit in exhibits {
        write_tree(dir, &exhibit.root);
        entries.extend(exhibit.tags.iter().map(|tag| named(&exhibit.root, tag)));
        for referrer in &exhibit.referrers {
            write_tree(dir, referrer);
            entries.push(referrer_descriptor(referrer));
        }
        for (tag, tree) in &exhibit.extra_tags {
            write_tree(dir, tree);
            entries.push(named(tree, tag));
        }
    }
    let index = json!({"schemaVersion": 2, "manifests": entries});
    fs::write(dir.join("index.json"), index.to_string()).expect("index.json");
}

fn named(tree: &Tree, tag: &str) -> Value {
    let mut descriptor = tree.descriptor();
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
    descriptor
}

fn write_tree(dir: &Path, tree: &Tree) {
    for (manifest, blobs) in tree.bottom_up() {
        put(dir, &manifest.digest, std::iter::once(manifest.bytes.clone()));
        blobs.iter().for_each(|blob| write_blob(dir, blob));
    }
}

fn write_blob(dir: &Path, blob: &Blob) {
    if let Some(content) = blob.content() {
        put(dir, &blob.digest, content.pieces());
    }
}

fn put(dir: &Path, digest: &str, pieces: impl Iterator<Item = bytes::Bytes>) {
    let path = dir.join("blobs").join(digest.replacen(':', "/", 1));
    if path.exists() {
        return;
    }
    fs::create_dir_all(path.parent().expect("a blob lies in a folder")).expect("the algorithm's folder");
    let mut file = File::create(path).expect("a blob can be created");
    pieces.for_each(|piece| file.write_all(&piece).expect("a blob can be written"));
}
