//! Other people's programs push to our registry, pull from it, and delete.

use portolan_testkit::reader::{Buildah, Containerd, Docker, Podman, Skopeo};
use portolan_testkit::zoo;
use tempfile::TempDir;

use super::Ours;
use crate::judge;
use crate::zoo::archives;

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

#[tokio::test(flavor = "multi_thread")]
async fn buildah_pulls_and_pushes_what_it_makes() {
    let Some(buildah) = Buildah::find() else { return };
    let ours = Ours::start().await;
    let exhibit = zoo::one("oci-image");
    ours.client().push("for/buildah", &exhibit).await;
    let (from, to) = (ours.reference("for/buildah", &exhibit.tags[0]), ours.reference("by/buildah", "again"));
    let container = buildah.talk("from", &[&from]).await.expect_ok().text();
    let file = buildah.path("file");
    std::fs::write(&file, "by buildah").unwrap();
    buildah.run(&["copy", &container, &file.display().to_string(), "/file"]).await.expect_ok();
    buildah.talk("commit", &[&container, &format!("docker://{to}")]).await.expect_ok();
    let again = ours.client().manifest("by/buildah", "again").await.json();
    assert_eq!(again["layers"].as_array().unwrap().len(), exhibit.root.blobs.len());
    ours.client().check_image("by/buildah", "again").await.unwrap();
    buildah.talk("pull", &[&to]).await.expect_ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn containerd_pushes_and_pulls_all_platforms() {
    let Some(containerd) = Containerd::start().await else { return };
    let ours = Ours::start().await;
    let exhibit = zoo::one("oci-index");
    let (folder, archive) = (containerd.path("layout"), containerd.path("layout.tar"));
    zoo::write_layout(&folder, std::slice::from_ref(&exhibit));
    archives::pack(&folder, &archive);
    let (repository, there) = (format!("{}/by/ctr", ours.host()), ours.reference("by/ctr", &exhibit.tags[0]));
    let (archive, every) = (archive.display().to_string(), "--all-platforms");
    containerd
        .images(&["import", every, "--no-unpack", "--base-name", &repository, &archive])
        .await
        .expect_ok();
    containerd.images(&["push", "--plain-http", &there]).await.expect_ok();
    judge::in_registry(&ours.client(), "by/ctr", &exhibit).await;
    containerd.images(&["remove", "--sync", &there]).await.expect_ok();
    containerd.images(&["pull", "--plain-http", "--snapshotter=native", every, &there]).await.expect_ok();
    let listed = containerd.images(&["list"]).await.expect_ok().text();
    assert!(listed.contains(&there) && listed.contains(&exhibit.root.digest), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_docker_engine_pulls_and_pushes() {
    let Some(docker) = Docker::start().await else { return };
    let ours = Ours::start().await;
    let exhibit = zoo::one("docker-image");
    ours.client().push("for/docker", &exhibit).await;
    let pulled = ours.reference("for/docker", &exhibit.tags[0]);
    docker.run(&["pull", "--quiet", &pulled]).await.expect_ok();
    // What it has pulled it mounts; what it has made it streams.
    let (again, made) = (ours.reference("by/docker", "again"), ours.reference("by/docker", "made"));
    docker.run(&["tag", &pulled, &again]).await.expect_ok();
    docker.run(&["push", "--quiet", &again]).await.expect_ok();
    let (folder, archive) = (docker.path("files"), docker.path("files.tar"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("file"), "by docker").unwrap();
    archives::pack(&folder, &archive);
    docker.run(&["import", &archive.display().to_string(), &made]).await.expect_ok();
    docker.run(&["push", "--quiet", &made]).await.expect_ok();
    for tag in ["again", "made"] {
        ours.client().check_image("by/docker", tag).await.unwrap();
    }
    docker.run(&["image", "rm", &made]).await.expect_ok();
    docker.run(&["pull", "--quiet", &made]).await.expect_ok();
}
