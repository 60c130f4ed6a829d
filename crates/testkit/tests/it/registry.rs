//! The registry in each of its modes.

use http::{Method, StatusCode};
use portolan_testkit::client::Client;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;

#[tokio::test]
async fn plain_registry_takes_and_gives() {
    let Some(registry) = Registry::start().await else { return };
    let image = zoo::one("oci-image");
    let client = registry.client();
    client.push("some/image", &image).await;
    let manifest = client.manifest("some/image", "oci-image").await;
    assert_eq!(
        (manifest.bytes, manifest.media_type),
        (image.root.bytes.clone(), image.root.media_type.clone())
    );
    assert_eq!(client.tags("some/image").await, ["oci-image", "oci-image-again"]);
    assert_eq!(client.check_image("some/image", "oci-image").await, Ok(4));
    assert_eq!(client.delete("some/image", &image.root.digest).await, StatusCode::ACCEPTED);
    assert_eq!(client.find_manifest("some/image", "oci-image").await, None);
}

#[tokio::test]
async fn check_image_sees_damage() {
    let Some(registry) = Registry::start().await else { return };
    let image = zoo::one("oci-image");
    let client = registry.client();
    client.push("r", &image).await;
    let layer = &image.root.blobs[1].digest;
    let hex = layer.trim_start_matches("sha256:");
    let data = registry
        .storage()
        .join("docker/registry/v2/blobs/sha256")
        .join(hex.get(..2).unwrap())
        .join(hex)
        .join("data");
    let mut bytes = std::fs::read(&data).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&data, bytes).unwrap();
    let found = client.check_image("r", "oci-image").await;
    assert_eq!(found, Err(format!("blob {layer} of r has other bytes")));
}

#[tokio::test]
async fn htpasswd_registry_wants_a_login() {
    let builder = Registry::builder().htpasswd(&[("alice", "secret"), ("bob", "hunter2")]);
    let Some(registry) = builder.start().await else { return };
    let status = |client: Client| async move { client.status(Method::GET, "/v2/").await };
    assert_eq!(status(registry.client()).await, StatusCode::OK);
    assert_eq!(status(Client::login(&registry.url(), "bob", "hunter2")).await, StatusCode::OK);
    assert_eq!(status(Client::login(&registry.url(), "bob", "secret")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(Client::new(&registry.url())).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tls_registry_speaks_http_2() {
    let Some(registry) = Registry::builder().tls().start().await else { return };
    registry.client().push("r", &zoo::one("docker-image")).await;
    assert!(registry.client().check_image("r", "docker-image").await.is_ok());
    assert_eq!(registry.client().version().await, http::Version::HTTP_2);
    assert!(registry.url().starts_with("https://"));
    assert!(std::fs::read_to_string(registry.ca_file()).unwrap().starts_with("-----BEGIN CERTIFICATE"));
}

#[tokio::test]
async fn client_certificates_are_asked_for() {
    let Some(registry) = Registry::builder().client_ca().start().await else { return };
    assert_eq!(registry.client().status(Method::GET, "/v2/").await, StatusCode::OK);
    assert!(registry.certificates().join("client.cert").exists());
    let stranger = Client::new(&registry.url());
    assert!(stranger.try_status(Method::GET, "/v2/").await.is_err());
}

#[tokio::test]
async fn read_only_registry_refuses_writes() {
    let Some(registry) = Registry::builder().read_only().start().await else { return };
    let status = registry.client().status(Method::POST, "/v2/r/blobs/uploads/").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn deleting_can_be_disabled() {
    let Some(registry) = Registry::builder().without_delete().start().await else { return };
    let image = zoo::one("oci-image");
    registry.client().push("r", &image).await;
    let status = registry.client().delete("r", &image.root.digest).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_stopped_registry_comes_back_with_its_content() {
    let Some(mut registry) = Registry::start().await else { return };
    registry.client().push("r", &zoo::one("oci-image")).await;
    let host = registry.host().to_owned();
    registry.stop();
    assert!(registry.client().try_status(Method::GET, "/v2/").await.is_err());
    registry.restart().await;
    assert_eq!(registry.host(), host);
    assert!(registry.client().check_image("r", "oci-image").await.is_ok());
}

#[tokio::test]
async fn a_dropped_registry_leaves_neither_process_nor_files() {
    let Some(registry) = Registry::start().await else { return };
    let process = std::path::PathBuf::from(format!("/proc/{}", registry.pid()));
    let storage = registry.storage().to_owned();
    assert!(process.exists() && storage.exists());
    drop(registry);
    assert!(!process.exists() && !storage.exists());
}
