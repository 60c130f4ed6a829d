//! One kind of image with everything that belongs to it.

use serde_json::{Value, json};

use super::Readable;
use crate::image::{Tree, media};

/// An image or artifact, and what is attached to it.
#[derive(Debug, Clone)]
pub struct Exhibit {
    /// The kind; also its first tag.
    pub name: &'static str,
    /// The manifest or index.
    pub root: Tree,
    /// The tags of `root`, never the same in two exhibits.
    pub tags: Vec<String>,
    /// Manifests with a `subject`, each after its subject. In an OCI layout they are listed without a tag; in
    /// a registry without the referrers API they are found through [`Exhibit::fallback_indexes`].
    pub referrers: Vec<Tree>,
    /// More tags that belong to `root` by their names: fallback and cosign tags.
    pub extra_tags: Vec<(String, Tree)>,
}

impl Exhibit {
    /// An exhibit with nothing attached.
    pub fn new(name: &'static str, root: Tree) -> Self {
        Self { name, root, tags: vec![name.to_owned()], referrers: vec![], extra_tags: vec![] }
    }

    /// What skopeo and podman make of it.
    pub fn readable(&self) -> Readable {
        super::readable::of(self.name)
    }

    /// The indexes that a client keeps under fallback tags for `referrers` where a registry has no referrers
    /// API (distribution-spec, "Referrers Tag Schema"), one for each subject.
    pub fn fallback_indexes(&self) -> Vec<(String, Tree)> {
        let mut subjects: Vec<String> = self.referrers.iter().map(subject).collect();
        subjects.dedup();
        let referrers_of = |wanted: &String| -> Vec<Tree> {
            self.referrers.iter().filter(|tree| subject(tree) == *wanted).cloned().collect()
        };
        subjects.iter().map(|one| (fallback_tag(one), fallback_index(referrers_of(one)))).collect()
    }

    /// Every manifest of the exhibit, children before parents, without the indexes of fallback tags that
    /// pushing `referrers` makes.
    pub fn manifests(&self) -> Vec<&Tree> {
        let attached = self.referrers.iter().chain(self.extra_tags.iter().map(|(_, tree)| tree));
        let trees = std::iter::once(&self.root).chain(attached);
        trees.flat_map(|tree| tree.bottom_up().into_iter().map(|(manifest, _)| manifest)).collect()
    }
}

/// The tag under which referrers of this digest are listed: `sha256-…`.
pub fn fallback_tag(digest: &str) -> String {
    digest.replacen(':', "-", 1)
}

/// The index of a fallback tag.
pub(super) fn fallback_index(referrers: Vec<Tree>) -> Tree {
    let descriptors: Vec<Value> = referrers.iter().map(referrer_descriptor).collect();
    let value = json!({"schemaVersion": 2, "mediaType": media::OCI_INDEX, "manifests": descriptors});
    Tree::index(media::OCI_INDEX, value.to_string(), referrers)
}

/// The descriptor with artifact type and annotations, as lists of referrers have it.
pub(crate) fn referrer_descriptor(referrer: &Tree) -> Value {
    let manifest = referrer.json();
    let mut descriptor = referrer.descriptor();
    let config_type = manifest.get("config").and_then(|config| config.get("mediaType"));
    if let Some(kind) = manifest.get("artifactType").or(config_type) {
        descriptor["artifactType"] = kind.clone();
    }
    if let Some(annotations) = manifest.get("annotations") {
        descriptor["annotations"] = annotations.clone();
    }
    descriptor
}

fn subject(referrer: &Tree) -> String {
    referrer.json()["subject"]["digest"].as_str().expect("a referrer has a subject").to_owned()
}
