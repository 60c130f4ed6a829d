use std::time::Duration;

use http::Method;
use portolan_sync::{EngineOptions, Event};
use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::{Action, Asked, Proxy, Rule};
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

/// Where in the events `target` is told to be what `wanted` says; panics if it never is.
fn position(events: &[Event], wanted: impl Fn(&Event) -> bool) -> usize {
    events.iter().rposition(wanted).unwrap()
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
    let events = desk.heard.events();
    let slow_ends = position(
        &events,
        |event| matches!(event, Event::BlobDone { target, .. } if **target == format!("{}/r", slow.host())),
    );
    for fast in [&a, &c] {
        let host = format!("{}/r", fast.host());
        let tagged = position(
            &events,
            |event| matches!(event, Event::ManifestDone { target, tag: Some(_), .. } if **target == host),
        );
        assert!(tagged < slow_ends, "{host} has its tag while the slow one still takes blobs");
    }
}

/// The images of one run share a layer, and the slow target takes long with it.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_image_does_not_wait_for_a_slow_target_either() {
    let (Some(from), Some(fast), Some(behind)) =
        (Registry::start().await, Registry::start().await, Registry::start().await)
    else {
        return;
    };
    let shared = Layer::random(1, 1 << 20);
    for (tag, seed) in [("one", 2), ("two", 3)] {
        let layers = [shared.clone(), Layer::random(seed, 4096)];
        let mut exhibit = Exhibit::new("shared", layers.into_iter().fold(Image::oci(), Image::layer).build());
        exhibit.tags = vec![tag.to_owned()];
        from.client().push("r", &exhibit).await;
    }
    let (source, slow) = (Proxy::before(&from).await, Proxy::before(&behind).await);
    slow.set_upload_rate(Some(500_000));
    let desk = Desk::new().await;
    let engine = desk.engine(EngineOptions { window: 64 << 10, ..desk.options() });
    let copies = ["one", "two"].map(|tag| {
        let (desk, engine) = (&desk, &engine);
        let (at, targets) =
            (source.reference("r", tag), [fast.reference(tag, "v1"), slow.reference(tag, "v1")]);
        async move {
            let request = desk.request(&at, &targets.each_ref().map(String::as_str)).await;
            engine.copy(&request).await
        }
    });
    let reports = futures::future::join_all(copies).await;

    reports.iter().flat_map(|report| &report.targets).for_each(|target| _ = succeeded(target));
    let digest = &shared.blob.digest;
    assert_eq!(source.count(|record| record.method == Method::GET && record.path.ends_with(digest)), 1);
    let events = desk.heard.events();
    let slow_has_it = position(&events, |event| {
        matches!(event, Event::BlobDone { target, digest: done, .. }
            if target.starts_with(slow.host()) && done.to_string() == *digest)
    });
    for tag in ["one", "two"] {
        let host = format!("{}/{tag}", fast.host());
        let tagged = position(
            &events,
            |event| matches!(event, Event::ManifestDone { target, tag: Some(_), .. } if **target == host),
        );
        assert!(tagged < slow_has_it, "{tag} is at the fast target before the slow one has the layer");
        behind.client().check_image(tag, "v1").await.unwrap();
    }
}

/// One target takes its blobs only when the other has its own, though that one breaks first.
async fn a_broken_target_waits_for_no_slower_one(options: impl FnOnce(EngineOptions) -> EngineOptions) {
    let (Some(from), Some(behind), Some(breaks)) =
        (Registry::start().await, Registry::start().await, Registry::start().await)
    else {
        return;
    };
    let layer = Layer::random(1, 1 << 20);
    let mut exhibit = Exhibit::new("one-layer", Image::oci().layer(layer.clone()).build());
    exhibit.tags = vec!["v1".to_owned()];
    from.client().push("r", &exhibit).await;
    let (source, slow, broken) =
        (Proxy::before(&from).await, Proxy::before(&behind).await, Proxy::before(&breaks).await);
    slow.set_upload_rate(Some(50_000));
    let long = |asked: &Asked| {
        let length =
            asked.headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
        asked.sends_blob() && length.is_some_and(|length: u64| length > 100_000)
    };
    broken.fault(Rule::new(long, Action::CutRequestAfter(70_000)));
    let desk = Desk::new().await;
    let engine = desk.engine(options(desk.options()));
    let request = desk
        .request(&source.reference("r", "v1"), &[&slow.reference("r", "v1"), &broken.reference("r", "v1")])
        .await;
    let hurry = async {
        while !desk.finished(&format!("{}/r", broken.host()), "v1").await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        slow.set_upload_rate(None);
    };
    let (report, ()) = tokio::join!(engine.copy(&request), hurry);

    report.targets.iter().for_each(|target| _ = succeeded(target));
    let digest = &layer.blob.digest;
    let done_at = |host: &str| {
        position(&desk.heard.events(), |event| {
            matches!(event, Event::BlobDone { target, digest: done, .. }
                if target.starts_with(host) && done.to_string() == *digest)
        })
    };
    assert!(done_at(broken.host()) < done_at(slow.host()), "it was tried again while the other went on");
    let retried =
        |event: &&Event| matches!(event, Event::Retrying { target, .. } if target.starts_with(broken.host()));
    let retries = desk.heard.events().iter().filter(retried).count();
    let read = source.count(|record| record.method == Method::GET && record.path.ends_with(digest));
    assert_eq!(read, 1 + retries, "the slow target goes on with what was read for it");
    for registry in [&behind, &breaks] {
        registry.client().check_image("r", "v1").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_blob_that_breaks_is_sent_again_while_the_others_go_on() {
    Box::pin(a_broken_target_waits_for_no_slower_one(|options| options)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_breaks_is_sent_again_while_the_others_go_on() {
    let in_chunks = |options| EngineOptions { chunked_over: 256 << 10, chunk: 128 << 10, ..options };
    Box::pin(a_broken_target_waits_for_no_slower_one(in_chunks)).await;
}
