//! What two manifests differ in.

use std::collections::BTreeMap;
use std::sync::Arc;

use portolan_oci::{
    Annotations, Descriptor, ImageManifest, Index, Manifest, MediaType, RawManifest, TagOrDigest,
};
use portolan_transport::Source;
use serde::Serialize;

use super::config::config_differences;
use crate::error::CliError;
use crate::output::Bytes;

/// Something that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Difference {
    /// What.
    pub(super) what: String,
    /// How it is in the first; nothing if it is not there.
    pub(super) a: Option<String>,
    /// How it is in the second.
    pub(super) b: Option<String>,
}

/// One of the two.
pub(super) struct Side {
    pub(super) source: Arc<dyn Source>,
    pub(super) manifest: RawManifest,
}

/// All that two manifests differ in; nothing if they are the same.
pub(super) async fn differences(a: Side, b: Side) -> Result<Vec<Difference>, CliError> {
    let mut found = Vec::new();
    // Manifests that are still to be compared, with what they are called.
    let mut open = vec![(String::new(), a, b)];
    while let Some((name, a, b)) = open.pop() {
        if a.manifest.digest() == b.manifest.digest() {
            continue;
        }
        let mut here = Differences { name: name.clone(), found: Vec::new() };
        here.heads(&a.manifest, &b.manifest);
        match (a.manifest.parsed(), b.manifest.parsed()) {
            (Manifest::Index(in_a), Manifest::Index(in_b)) => {
                here.artifact_types(in_a.artifact_type.as_ref(), in_b.artifact_type.as_ref());
                let mut pairs = here.children(in_a, in_b);
                pairs.reverse();
                for (child, in_a, in_b) in pairs {
                    let read = async |side: &Side, child: Descriptor| {
                        let manifest = side.source.manifest(&TagOrDigest::Digest(child.digest)).await?;
                        Ok::<_, CliError>(Side { source: Arc::clone(&side.source), manifest })
                    };
                    open.push((here.named(&child), read(&a, in_a).await?, read(&b, in_b).await?));
                }
            }
            (Manifest::Image(in_a), Manifest::Image(in_b)) => {
                here.artifact_types(in_a.artifact_type.as_ref(), in_b.artifact_type.as_ref());
                here.content(&a.manifest, &b.manifest);
                here.layers(in_a, in_b);
                here.config((&*a.source, in_a), (&*b.source, in_b)).await?;
            }
            _ => {}
        }
        if here.found.is_empty() && !matches!(a.manifest.parsed(), Manifest::Index(_)) {
            here.differ("manifest", Some(a.manifest.digest()), Some(b.manifest.digest()));
        }
        found.append(&mut here.found);
    }
    Ok(found)
}

/// Differences of one manifest.
struct Differences {
    /// What the manifest is called; empty for the whole image.
    name: String,
    found: Vec<Difference>,
}

impl Differences {
    fn named(&self, what: &str) -> String {
        if self.name.is_empty() { what.to_owned() } else { format!("{} {what}", self.name) }
    }

    fn differ<T: ToString>(&mut self, what: &str, a: Option<T>, b: Option<T>) {
        let (a, b) = (a.map(|a| a.to_string()), b.map(|b| b.to_string()));
        if a != b {
            self.found.push(Difference { what: self.named(what), a, b });
        }
    }

    fn heads(&mut self, a: &RawManifest, b: &RawManifest) {
        self.differ("type", Some(a.media_type()), Some(b.media_type()));
        let subject = |manifest: &RawManifest| manifest.parsed().subject().map(|subject| subject.digest);
        self.differ("subject", subject(a), subject(b));
        self.annotations(a.parsed().annotations(), b.parsed().annotations());
    }

    fn artifact_types(&mut self, a: Option<&MediaType>, b: Option<&MediaType>) {
        self.differ("artifact type", a, b);
    }

    fn content(&mut self, a: &RawManifest, b: &RawManifest) {
        let size = |manifest: &RawManifest| manifest.parsed().blobs().map(|blob| blob.size).sum();
        self.differ("size of content", Some(Bytes(size(a))), Some(Bytes(size(b))));
    }

    fn annotations(&mut self, a: &Annotations, b: &Annotations) {
        let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
        for name in names {
            self.differ(&format!("annotation {name}"), a.get(name), b.get(name));
        }
    }

    /// The children that differ and are in both.
    fn children(&mut self, a: &Index, b: &Index) -> Vec<(String, Descriptor, Descriptor)> {
        let (a, mut b) = (by_name(&a.manifests), by_name(&b.manifests));
        let mut pairs = Vec::new();
        for (name, in_a) in a {
            match b.remove(&name) {
                Some(in_b) if in_a.digest != in_b.digest => pairs.push((name, in_a, in_b)),
                Some(_) => {}
                None => self.differ(&name, Some(in_a.digest), None),
            }
        }
        for (name, in_b) in b {
            self.differ(&name, None, Some(in_b.digest));
        }
        pairs
    }

    fn layers(&mut self, a: &ImageManifest, b: &ImageManifest) {
        let shown = |layers: &[Descriptor], index: usize| {
            layers.get(index).map(|layer| format!("{}  {}", layer.digest, Bytes(layer.size)))
        };
        for index in 0..a.layers.len().max(b.layers.len()) {
            self.differ(&format!("layer {}", index + 1), shown(&a.layers, index), shown(&b.layers, index));
        }
    }

    async fn config(
        &mut self,
        (source_a, a): (&dyn Source, &ImageManifest),
        (source_b, b): (&dyn Source, &ImageManifest),
    ) -> Result<(), CliError> {
        let (Some(in_a), Some(in_b)) = (&a.config, &b.config) else {
            self.differ(
                "config",
                a.config.as_ref().map(|config| config.digest),
                b.config.as_ref().map(|config| config.digest),
            );
            return Ok(());
        };
        if in_a.digest == in_b.digest {
            return Ok(());
        }
        let same_layers = a.layers == b.layers;
        let fields = config_differences((source_a, in_a), (source_b, in_b)).await?;
        // Layers that differ have other digests before compression too: that need not be told twice.
        let fields = fields.into_iter().filter(|field| same_layers || !field.path.starts_with("rootfs."));
        for field in fields {
            self.differ(&format!("config {}", field.path), field.a, field.b);
        }
        Ok(())
    }
}

/// Descriptors by what people know them by: the platform, else what they are; numbered where several are the
/// same.
fn by_name(descriptors: &[Descriptor]) -> BTreeMap<String, Descriptor> {
    let mut named = BTreeMap::new();
    for descriptor in descriptors {
        let name = match (&descriptor.platform, &descriptor.artifact_type) {
            (Some(platform), _) => platform.to_string(),
            (None, Some(artifact_type)) => artifact_type.to_string(),
            (None, None) => descriptor.media_type.to_string(),
        };
        let mut unique = name.clone();
        let mut number = 1;
        while named.contains_key(&unique) {
            number += 1;
            unique = format!("{name} ({number})");
        }
        named.insert(unique, descriptor.clone());
    }
    named
}
