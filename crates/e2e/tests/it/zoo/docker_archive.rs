//! A docker-archive holds one image for one platform, or is refused.

use std::path::Path;
use std::sync::Arc;

use portolan_sync::{CopyRequest, CopyRules, ImageOutcome, Platforms, ReferrerPolicy};
use portolan_testkit::digest;
use portolan_testkit::image::Tree;
use portolan_testkit::reader::Skopeo;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{self, Exhibit};
use portolan_transport::TransportError;
use serde_json::Value;

use super::archives;
use crate::desk::{Desk, only};

/// One platform of an exhibit, and the manifest for it. What an index in the index offers is not looked for.
fn one_platform(exhibit: &Exhibit) -> Option<(&'static str, &Tree)> {
    match exhibit.name {
        "empty-index" => None,
        "nested-index" => Some(("linux/riscv64", &exhibit.root.children[1])),
        _ => Some(("linux/amd64", exhibit.root.children.first().unwrap_or(&exhibit.root))),
    }
}

/// What an exhibit is refused for, if it is; `platforms` is what is copied of it.
fn refused_for(exhibit: &Exhibit, platforms: &Platforms) -> Option<&'static str> {
    match (exhibit.name, platforms) {
        ("oci-index" | "docker-list" | "nested-index" | "empty-index" | "odd-json", Platforms::All) => {
            Some("this is an index of several: choose a platform")
        }
        ("artifact" | "empty-config", _) => Some("this is another artifact"),
        ("foreign-oci" | "foreign-docker", _) => Some("a layer of the image may not be distributed"),
        _ => None,
    }
}

async fn request(desk: &Desk, from: &str, to: &str, platforms: &Platforms) -> CopyRequest {
    let request = desk.request(from, to).await;
    let platforms = platforms.clone();
    let rules = CopyRules { platforms, referrers: ReferrerPolicy::Leave, ..(*request.rules).clone() };
    CopyRequest { rules: Arc::new(rules), ..request }
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// Judges an archive as `docker load` would: by `manifest.json`, the config's bytes and the layers.
fn judge(archive: &Path, folder: &Path, image: &Tree) {
    archives::unpack(archive, folder);
    let manifest = json(&folder.join("manifest.json"));
    assert_eq!(manifest.as_array().unwrap().len(), 1);
    let config = std::fs::read(folder.join(manifest[0]["Config"].as_str().unwrap())).unwrap();
    assert!(digest::matches(&image.blobs[0].digest, &config), "the config's digest is kept");
    let config: Value = serde_json::from_slice(&config).unwrap();
    let diff_ids = config["rootfs"]["diff_ids"].as_array().unwrap();
    let layers = manifest[0]["Layers"].as_array().unwrap();
    assert_eq!(layers.len(), diff_ids.len());
    for (layer, diff_id) in layers.iter().zip(diff_ids) {
        let bytes = std::fs::read(folder.join(layer.as_str().unwrap())).unwrap();
        assert!(digest::matches(diff_id.as_str().unwrap(), bytes), "{layer}");
    }
}

async fn one(desk: &Desk, from: &str, exhibit: &Exhibit, platforms: &Platforms) {
    let name = exhibit.name;
    let kind = if *platforms == Platforms::All { "all" } else { "one" };
    let file = desk.path(&format!("{name}-{kind}.tar"));
    let request = request(desk, from, &format!("docker-archive:{}:v1", file.display()), platforms).await;
    let report = desk.engine().copy(&request).await;
    if let Some(reason) = refused_for(exhibit, platforms) {
        let ImageOutcome::Failed(cause) = &report.targets[0].outcome else { panic!("{name}: {report:?}") };
        let Some(TransportError::Rejected { message, .. }) = cause.transport() else { panic!("{cause:?}") };
        assert!(message.contains(reason), "{name}: {message}");
        request.targets[0].target.close().await.unwrap();
        assert!(!file.exists(), "{name}: nothing is left of what was refused");
        return;
    }
    only(&report);
    request.targets[0].target.close().await.unwrap();
    let (_, image) = one_platform(exhibit).unwrap();
    judge(&file, &desk.path(&format!("{name}-{kind}")), image);
}

#[tokio::test(flavor = "multi_thread")]
async fn config_and_diff_ids_survive_in_a_docker_archive_or_it_is_refused() {
    let Some(registry) = Registry::start().await else { return };
    let (desk, client) = (Desk::new().await, registry.client());
    for exhibit in zoo::all() {
        client.push(exhibit.name, &exhibit).await;
        let from = registry.reference(exhibit.name, exhibit.name);
        one(&desk, &from, &exhibit, &Platforms::All).await;
        if let Some((platform, _)) = one_platform(&exhibit) {
            one(&desk, &from, &exhibit, &Platforms::One(platform.parse().unwrap())).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_comes_back_from_a_docker_archive_with_its_config_and_diff_ids() {
    let (Some(registry), Some(skopeo)) = (Registry::start().await, Skopeo::find()) else { return };
    let (desk, client) = (Desk::new().await, registry.client());
    for name in ["oci-image", "docker-image", "zstd", "uncompressed", "same-blob-twice", "empty-blob"] {
        let exhibit = zoo::one(name);
        client.push(name, &exhibit).await;
        let file = desk.path(&format!("{name}.tar"));
        let archive = format!("docker-archive:{}:v1", file.display());
        let request = request(&desk, &registry.reference(name, name), &archive, &Platforms::All).await;
        only(&desk.engine().copy(&request).await);
        request.targets[0].target.close().await.unwrap();

        only(&desk.copy(&archive, &registry.reference(name, "back")).await);
        client.check_image(name, "back").await.unwrap();
        let manifest = client.manifest(name, "back").await.json();
        assert_eq!(manifest["config"]["digest"], exhibit.root.blobs[0].digest.as_str());
        let config: Value =
            serde_json::from_slice(&client.blob(name, &exhibit.root.blobs[0].digest).await).unwrap();
        let layers: Vec<_> =
            manifest["layers"].as_array().unwrap().iter().map(|layer| layer["digest"].clone()).collect();
        assert_eq!(Value::from(layers), config["rootfs"]["diff_ids"], "{name}: layers are unpacked ones");
        let dir = format!("dir:{}", desk.path(name).display());
        skopeo.copy(&format!("docker-archive:{}", file.display()), &dir, &[]).await.expect_ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_not_there_is_a_clear_refusal() {
    let Some(registry) = Registry::start().await else { return };
    let desk = Desk::new().await;
    registry.client().push("r", &zoo::one("oci-index")).await;
    let file = desk.path("x.tar");
    let wanted = Platforms::One("windows/amd64".parse().unwrap());
    let to = format!("docker-archive:{}:v1", file.display());
    let request = request(&desk, &registry.reference("r", "oci-index"), &to, &wanted).await;
    let report = desk.engine().copy(&request).await;
    let ImageOutcome::Failed(cause) = &report.targets[0].outcome else { panic!("{report:?}") };
    let expected = format!(
        "{} has no manifest for windows/amd64; it has linux/amd64, linux/arm64/v8, linux/arm/v7",
        registry.reference("r", "oci-index")
    );
    assert_eq!(cause.to_string(), expected);
    request.targets[0].target.close().await.unwrap();
    assert!(!file.exists());
}
