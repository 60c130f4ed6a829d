//! Docker Hub as a registry of this machine, and a registry that is filled.

use std::os::unix::fs::PermissionsExt as _;

use portolan_testkit::client::Client;
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::Exhibit;

use crate::sandbox::Sandbox;

/// The password has a colon.
pub(super) const USER: &str = "robot";
pub(super) const PASSWORD: &str = "sword:fish";

pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) hub: Registry,
    pub(super) target: Registry,
}

impl Stage {
    /// With a script that lists these images; `None` where the registry is not installed.
    pub(super) async fn set(list: &str) -> Option<Self> {
        let hub = Registry::start().await?;
        let target = Registry::builder().htpasswd(&[(USER, PASSWORD)]).start().await?;
        let mut sandbox = Sandbox::new();
        let mirror =
            format!("[[registry]]\nprefix = \"docker.io\"\nlocation = \"{}\"\ninsecure = true\n", hub.host());
        sandbox.write("registries.conf", &mirror);
        sandbox.redact(target.host(), "[TARGET]");
        let stage = Self { sandbox, hub, target };
        stage.list(list);
        Some(stage)
    }

    /// The script lists these images from now on.
    pub(super) fn list(&self, list: &str) {
        self.sandbox.write("images.txt", list);
        let images = self.sandbox.path("images.txt");
        self.sandbox.write("test.sh", &format!("#!/bin/sh\ncat {}\n", images.display()));
        let script = self.sandbox.path("test.sh");
        std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A file with one registry, and these lines for it and for the rest.
    pub(super) fn configure(&self, registry: &str, rest: &str) {
        let host = self.target.host();
        let text = format!(
            "registries:\n  - hostname: '{host}'\n    pushAuthConfig: '{USER}:{PASSWORD}'\n    syncerScript: 'test.sh'\n\
             {registry}{rest}"
        );
        self.sandbox.write("config.yaml", &text);
    }

    /// Docker Hub has these images from now on, each another than before.
    pub(super) async fn publish(&self, repository: &str, tags: &[&str], seed: u64) -> Vec<u8> {
        let tree = Image::oci().layer(Layer::random(seed, 3_000)).build();
        let mut exhibit = Exhibit::new("image", tree);
        exhibit.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        self.hub.client().push(repository, &exhibit).await;
        exhibit.root.bytes.clone().into()
    }

    pub(super) fn client(&self) -> Client {
        self.target.client()
    }

    pub(super) async fn has(&self, repository: &str, tag: &str) -> Option<Vec<u8>> {
        Some(self.client().find_manifest(repository, tag).await?.bytes.into())
    }
}
