//! Whole images of one platform.

use serde_json::{Value, json};

use super::{Blob, Layer, Tree, manifest_of, media};

/// In whose words a manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// OCI image manifest.
    Oci,
    /// Docker image manifest, version 2, schema 2.
    Docker,
}

/// An image of one platform that is being put together.
#[derive(Debug, Clone)]
pub struct Image {
    flavour: Flavour,
    platform: String,
    layers: Vec<Layer>,
    extra: Value,
    long_config: bool,
}

impl Image {
    /// An OCI image for linux/amd64 without layers.
    pub fn oci() -> Self {
        Self {
            flavour: Flavour::Oci,
            platform: "linux/amd64".to_owned(),
            layers: vec![],
            extra: json!({}),
            long_config: false,
        }
    }

    /// A Docker image for linux/amd64 without layers.
    pub fn docker() -> Self {
        Self { flavour: Flavour::Docker, ..Self::oci() }
    }

    /// For another platform: `os/architecture[/variant]`.
    pub fn platform(mut self, platform: &str) -> Self {
        platform.clone_into(&mut self.platform);
        self
    }

    /// With one more layer on top.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// With a field in the manifest (OCI only).
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.extra[name] = value;
        self
    }

    /// With an annotation in the manifest (OCI only).
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.extra["annotations"][key] = json!(value);
        self
    }

    /// With its config addressed by SHA-512 (OCI only).
    pub fn sha512_config(mut self) -> Self {
        self.long_config = true;
        self
    }

    /// The config's bytes.
    pub(crate) fn config(&self) -> String {
        let mut parts = self.platform.split('/');
        let (os, architecture) = (parts.next(), parts.next());
        let diff_ids: Vec<_> = self.layers.iter().map(|layer| &layer.diff_id).collect();
        let history: Vec<_> = (0..diff_ids.len())
            .map(|nth| json!({"created": "2020-01-01T00:00:00Z", "created_by": format!("layer {nth}")}))
            .collect();
        let mut config = json!({
            "created": "2020-01-01T00:00:00Z",
            "architecture": architecture,
            "os": os,
            "config": {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/bin/true"], "Labels": {"made-by": "testkit"}},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": history,
        });
        if let Some(variant) = parts.next() {
            config["variant"] = json!(variant);
        }
        config.to_string()
    }

    /// The image.
    pub fn build(self) -> Tree {
        let config = self.config();
        let address = if self.long_config { Blob::sha512 } else { Blob::new };
        let layers: Vec<Blob> = self.layers.into_iter().map(|layer| layer.blob).collect();
        match self.flavour {
            Flavour::Oci => manifest_of(address(media::OCI_CONFIG, config), layers, &self.extra),
            Flavour::Docker => docker_manifest(Blob::new(media::DOCKER_CONFIG, config), layers),
        }
    }
}

fn docker_manifest(config: Blob, mut layers: Vec<Blob>) -> Tree {
    for layer in layers.iter_mut().filter(|layer| layer.media_type == media::OCI_LAYER_GZIP) {
        media::DOCKER_LAYER.clone_into(&mut layer.media_type);
    }
    let value = json!({
        "schemaVersion": 2,
        "mediaType": media::DOCKER_MANIFEST,
        "config": config.descriptor(),
        "layers": layers.iter().map(Blob::descriptor).collect::<Vec<_>>(),
    });
    let blobs = std::iter::once(config).chain(layers).collect();
    Tree::new(media::DOCKER_MANIFEST, value.to_string(), blobs)
}
