//! A daemon whose disk is full, or whose database is away: it says so, and works again when it can.

use http::StatusCode;
use portolan_catalog::{DatabaseLocation, ServerConnections};
use portolan_testkit::client::http as http_client;
use portolan_testkit::databases::{Database, Product};
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::tmpfs::Tmpfs;
use portolan_testkit::zoo::{self, Exhibit};
use serde_json::Value;

use super::Ours;

/// Status and message of the answer to a request for a manifest.
async fn asked(ours: &Ours, path: &str) -> (StatusCode, String) {
    let answer = http_client().get(format!("{}/v2/{path}", ours.url())).send().await.unwrap();
    let status = answer.status();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    (status, body["errors"][0]["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_has_to_be_restarted_when_there_is_room() {
    let Some(disk) = Tmpfs::mount("40m") else { return };
    let ours = Ours::on_disk(disk.path()).await;
    let kept = zoo::one("oci-image");
    ours.client().push("kept", &kept).await;
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 33 << 20]).unwrap();
    let mut large = Exhibit::new("v1", Image::oci().layer(Layer::random(1, 16 << 20)).build());
    large.tags = vec!["v1".to_owned()];
    let refused = ours.client().try_push("r", &large).await.unwrap_err();
    assert!(refused.contains("507") && refused.contains("the registry has no room left"), "{refused}");
    ours.client().check_image("kept", &kept.tags[0]).await.unwrap();
    assert_eq!(ours.client().tags("r").await, Vec::<String>::new());
    let left = std::fs::read_dir(ours.data().join("store/uploads")).unwrap();
    assert_eq!(left.count(), 0, "what was refused takes no room");

    std::fs::remove_file(&ballast).unwrap();
    ours.client().push("r", &large).await;
    ours.client().check_image("r", "v1").await.unwrap();
    ours.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_and_nothing_has_to_be_restarted_when_it_is_back() {
    let Some(mut database) = Database::make_on_its_own_server(Product::Postgres).await else { return };
    let url = database.url().parse().unwrap();
    let ours = Ours::on(&DatabaseLocation::server(url, ServerConnections::default())).await;
    let exhibit = zoo::one("oci-index");
    ours.client().push("kept", &exhibit).await;
    let health = async |path: &str| ours.client().status(http::Method::GET, path).await;

    database.own_server().unwrap().stop();
    let client = ours.client();
    let (shown, pushed, ready, alive) = tokio::join!(
        asked(&ours, "kept/manifests/oci-index"),
        client.try_push("r", &exhibit),
        health("/readyz"),
        health("/healthz")
    );
    let busy = "the registry cannot do that now; try again";
    assert_eq!(shown, (StatusCode::SERVICE_UNAVAILABLE, busy.to_owned()));
    let refused = pushed.unwrap_err();
    assert!(refused.contains("503") && refused.contains(busy), "{refused}");
    assert_eq!((ready.as_u16(), alive.as_u16()), (503, 200));

    database.own_server().unwrap().restart().await;
    assert_eq!(health("/readyz").await, 200);
    ours.client().push("r", &exhibit).await;
    for repository in ["kept", "r"] {
        ours.client().check_image(repository, &exhibit.tags[0]).await.unwrap();
    }
    ours.assert_sound().await;
}
