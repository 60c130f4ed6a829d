//! Images with signatures and bills of materials, in the three ways in which they are attached.

use serde_json::{Value, json};

use super::exhibit::fallback_index;
use super::{Exhibit, fallback_tag};
use crate::image::{Blob, Image, Layer, Tree, manifest_of, media};

const SIGNATURE: &str = "application/vnd.example.signature.v1+json";
const SBOM: &str = "application/spdx+json";

pub(super) fn by_subject() -> Exhibit {
    let mut exhibit = Exhibit::new("referrers", image(20));
    let signature = referrer(&exhibit.root, SIGNATURE, "signature of the image");
    let sbom = referrer(&exhibit.root, SBOM, "bill of materials");
    let countersign = referrer(&sbom, SIGNATURE, "signature of the bill of materials");
    exhibit.referrers = vec![signature, sbom, countersign];
    exhibit
}

pub(super) fn by_fallback_tag() -> Exhibit {
    let mut exhibit = Exhibit::new("fallback-referrers", image(21));
    let signature = referrer(&exhibit.root, SIGNATURE, "signature, listed by tag");
    let sbom = referrer(&exhibit.root, SBOM, "bill of materials, listed by tag");
    let tag = fallback_tag(&exhibit.root.digest);
    exhibit.extra_tags.push((tag, fallback_index(vec![signature, sbom])));
    exhibit
}

pub(super) fn by_cosign_tag() -> Exhibit {
    let mut exhibit = Exhibit::new("cosign-tags", image(22));
    let hex = exhibit.root.hex().to_owned();
    let kinds = [
        ("sig", "application/vnd.dev.cosign.simplesigning.v1+json"),
        ("att", "application/vnd.dsse.envelope.v1+json"),
        ("sbom", "text/spdx+json"),
    ];
    for (suffix, media_type) in kinds {
        let text = json!({"kind": suffix, "of": exhibit.root.digest}).to_string();
        let layer =
            Blob::new(media_type, text).annotated("dev.cosignproject.cosign/signature", "bm90IHJlYWw=");
        let config = json!({"architecture": "", "os": "", "config": {}, "history": [],
            "rootfs": {"type": "layers", "diff_ids": [layer.digest]}});
        let config = Blob::new(media::OCI_CONFIG, config.to_string());
        let tree = manifest_of(config, vec![layer], &Value::Null);
        exhibit.extra_tags.push((format!("sha256-{hex}.{suffix}"), tree));
    }
    exhibit
}

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).build()
}

/// An artifact whose subject is `of`.
fn referrer(of: &Tree, artifact_type: &str, text: &str) -> Tree {
    let extra = json!({
        "artifactType": artifact_type,
        "subject": of.descriptor(),
        "annotations": {"org.example.text": text},
    });
    let layer = Blob::new(artifact_type, json!({"text": text}).to_string());
    manifest_of(Blob::new(media::OCI_EMPTY, "{}"), vec![layer], &extra)
}
