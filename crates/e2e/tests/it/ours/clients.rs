//! Other people's programs push to our registry, pull from it, and delete.

use portolan_testkit::reader::{Podman, Skopeo};
use portolan_testkit::zoo;
use tempfile::TempDir;

use super::Ours;
use crate::judge;

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_pushes_pulls_and_deletes() {
    let Some(skopeo) = Skopeo::find() else { return };
    let ours = Ours::start().await;
    let folder = TempDir::new().unwrap();
    let exhibit = zoo::one("oci-index");
    zoo::write_layout(folder.path(), std::slice::from_ref(&exhibit));
    let tag = &exhibit.tags[0];
    let from = format!("oci:{}:{tag}", folder.path().display());
    let there = format!("docker://{}/by/skopeo:{tag}", ours.host());
    skopeo.copy(&from, &there, &["--all", "--preserve-digests"]).await.expect_ok();
    judge::in_registry(&ours.client(), "by/skopeo", &zoo::Exhibit { referrers: vec![], ..exhibit.clone() })
        .await;
    let back = format!("oci:{}:{tag}", folder.path().join("back").display());
    skopeo.copy(&there, &back, &["--all", "--preserve-digests"]).await.expect_ok();
    let repository = format!("docker://{}/by/skopeo", ours.host());
    let tags = skopeo.run(&["list-tags", "--tls-verify=false", &repository]).await.expect_ok().text();
    assert!(tags.contains(tag.as_str()), "{tags}");
    skopeo.run(&["delete", "--tls-verify=false", &there]).await.expect_ok();
    assert!(!skopeo.inspect_raw(&there).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_verifies_our_certificate() {
    let Some(skopeo) = Skopeo::find() else { return };
    let ours = Ours::secured().await;
    let folder = TempDir::new().unwrap();
    let exhibit = zoo::one("oci-image");
    zoo::write_layout(folder.path(), std::slice::from_ref(&exhibit));
    let from = format!("oci:{}:{}", folder.path().display(), exhibit.tags[0]);
    let there = format!("docker://{}/by/skopeo:1", ours.host());
    let (certs, back) = (ours.certs().display().to_string(), format!("oci:{}:1", folder.path().display()));
    let copy = ["--insecure-policy", "copy", "--preserve-digests"];
    let refused = skopeo.run(&[&copy, &[&*from, &there][..]].concat()).await;
    assert!(!refused.is_ok());
    skopeo.run(&[&copy, &["--dest-cert-dir", &certs, &from, &there][..]].concat()).await.expect_ok();
    skopeo.run(&[&copy, &["--src-cert-dir", &certs, &there, &back][..]].concat()).await.expect_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn podman_pulls_and_pushes() {
    let Some(podman) = Podman::find() else { return };
    let ours = Ours::start().await;
    let exhibit = zoo::one("oci-image");
    ours.client().push("for/podman", &exhibit).await;
    let name = format!("{}/for/podman:{}", ours.host(), exhibit.tags[0]);
    podman.pull(&name).await.expect_ok();
    let pushed = format!("{}/by/podman:again", ours.host());
    podman.run(&["push", "--tls-verify=false", &name, &pushed]).await.expect_ok();
    assert_eq!(ours.client().status(http::Method::HEAD, "/v2/by/podman/manifests/again").await, 200);
}
