use http::Method;
use portolan_sync::{EngineOptions, Event};
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::Exhibit;

use crate::desk::{Desk, succeeded};

/// Eight layers of 256 KiB, more than are under way at once, and one of 1 MiB.
fn image() -> Exhibit {
    let layers = (0..8).map(|nth| Layer::random(nth, 256 << 10)).chain([Layer::random(8, 1 << 20)]);
    let mut exhibit = Exhibit::new("nine-layers", layers.fold(Image::oci(), Image::layer).build());
    exhibit.tags = vec!["v1".to_owned()];
    exhibit
}

/// The targets in the order in which they got the tag.
fn tagged(events: &[Event]) -> Vec<String> {
    let tagged = events.iter().filter_map(|event| match event {
        Event::ManifestDone { target, tag: Some(_), .. } => Some(target.to_string()),
        _ => None,
    });
    tagged.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_targets_get_one_read_and_the_slow_one_holds_up_nobody() {
    let (Some(from), Some(a), Some(b), Some(c)) =
        (Registry::start().await, Registry::start().await, Registry::start().await, Registry::start().await)
    else {
        return;
    };
    let image = image();
    from.client().push("r", &image).await;
    let (source, slow) = (Proxy::before(&from).await, Proxy::before(&b).await);
    slow.set_upload_rate(Some(1_000_000));
    let desk = Desk::new().await;
    let request = desk
        .request(
            &source.reference("r", "v1"),
            &[&a.reference("r", "v1"), &slow.reference("r", "v1"), &c.reference("r", "v1")],
        )
        .await;
    // A small window, so that the slow target falls out of it.
    let options = EngineOptions { window: 64 << 10, ..desk.options() };
    let report = desk.engine(options).copy(&request).await;

    report.targets.iter().for_each(|target| _ = succeeded(target));
    for registry in [&a, &b, &c] {
        let fetched = registry.client().manifest("r", "v1").await;
        assert_eq!(fetched.bytes, image.root.bytes);
        registry.client().check_image("r", "v1").await.unwrap();
    }
    for blob in &image.root.blobs {
        let read = source.count(|record| record.method == Method::GET && record.path.ends_with(&blob.digest));
        assert_eq!(read, 1, "{} is read once", blob.digest);
    }
    let order = tagged(&desk.heard.events());
    assert_eq!(order.last(), Some(&format!("{}/r", slow.host())), "{order:?}");
}
