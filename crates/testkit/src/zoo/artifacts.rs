//! Things that are no images.

use serde_json::json;

use super::Exhibit;
use crate::image::{Blob, manifest_of, media};

pub(super) fn arbitrary() -> Exhibit {
    let config = Blob::new("application/vnd.example.chart.config.v1+json", r#"{"name":"chart"}"#);
    let layers = vec![
        Blob::new("text/plain", "a text file\n").annotated("org.opencontainers.image.title", "read me.txt"),
        Blob::new("application/vnd.example.data", &b"\x00\x01\x02\xff binary"[..]),
    ];
    let extra = json!({"artifactType": "application/vnd.example.chart.v1"});
    Exhibit::new("artifact", manifest_of(config, layers, &extra))
}

pub(super) fn empty_config() -> Exhibit {
    let layer = Blob::new("application/vnd.example.policy", "allow all\n");
    let extra = json!({"artifactType": "application/vnd.example.policy.v1"});
    let config = Blob::new(media::OCI_EMPTY, "{}");
    Exhibit::new("empty-config", manifest_of(config, vec![layer], &extra))
}
