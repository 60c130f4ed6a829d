//! Layouts of the daemon's repositories, read by others.

use std::path::Path;

use portolan_oci::Digest;
use portolan_testkit::reader::Skopeo;
use portolan_testkit::zoo;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

fn layout(sandbox: &Sandbox, repository: &str) -> String {
    sandbox.path(&format!("data/store/layouts/{repository}/_layout")).display().to_string()
}

/// Waits until the tag of the layout names this manifest, as skopeo reads it.
async fn appears(skopeo: &Skopeo, layout: &str, tag: &str, digest: &str) {
    loop {
        let read = skopeo.inspect_raw(&format!("oci:{layout}:{tag}")).await;
        if read.is_ok() && Digest::sha256(&read.stdout).to_string() == digest {
            return;
        }
    }
}

async fn disappears(path: &Path) {
    while path.exists() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_follows_its_repository() {
    let Some(skopeo) = Skopeo::find() else { return };
    let sandbox = Sandbox::new();
    let data = sandbox.path("data").display().to_string();
    sandbox.write("portolan.yaml", &format!("version: 1\ndata: {data}\nlayouts: true\n"));
    let daemon = Daemon::start(&sandbox);
    let (index, image) = (zoo::one("oci-index"), zoo::one("oci-image"));
    let (outer, inner) = (layout(&sandbox, "base"), layout(&sandbox, "base/app"));
    daemon.client().push("base/app", &index).await;
    daemon.client().push("base", &image).await;
    appears(&skopeo, &inner, "oci-index", &index.root.digest.to_string()).await;
    appears(&skopeo, &outer, "oci-image", &image.root.digest.to_string()).await;
    // With all platforms and all bytes.
    let copy = format!("oci:{}:copy", sandbox.path("copy").display());
    let arguments = ["--all", "--preserve-digests"];
    let copied = skopeo.copy(&format!("oci:{inner}:oci-index"), &copy, &arguments).await;
    assert!(copied.is_ok(), "{}", copied.stderr);
    // Nothing that others can read is in it.
    let blobs = std::fs::read_dir(Path::new(&outer).join("blobs/sha256")).unwrap().count();
    assert!(blobs < 10, "{blobs}");

    sandbox.run("copy store:base:oci-image store:base/app:oci-index").succeeded();
    appears(&skopeo, &inner, "oci-index", &image.root.digest.to_string()).await;
    sandbox.run("delete store:base/app:oci-index --yes").succeeded();
    disappears(&sandbox.path("data/store/layouts/base/app")).await;
    appears(&skopeo, &outer, "oci-image", &image.root.digest.to_string()).await;
}
