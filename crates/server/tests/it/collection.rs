//! Collecting while others push.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use portolan_store::{CollectObserver, CollectOptions, Collection, Step};
use portolan_testkit::client::Client;
use portolan_testkit::image::{Image, Layer, Tree};

use crate::Door;
use crate::door::on_each_database;

on_each_database!(
    what_is_pushed_again_between_deleting_and_the_delete_can_be_pulled,
    what_was_deleted_is_gone_from_the_disk,
);

/// Pushes the image once, when a step is reached.
struct PushesAt {
    step: Step,
    client: Client,
    image: Tree,
    pushed: AtomicBool,
}

#[async_trait]
impl CollectObserver for PushesAt {
    async fn reached(&self, step: Step) {
        if step == self.step && !self.pushed.swap(true, Ordering::Relaxed) {
            self.client.push_tree("a", &self.image, &["v1".to_owned()]).await.unwrap();
        }
    }
}

async fn delete(door: &Door, image: &Tree) {
    assert_eq!(door.delete(&format!("/v2/a/manifests/{}", image.digest)).await.status(), 202);
    for blob in &image.blobs {
        assert_eq!(door.delete(&format!("/v2/a/blobs/{}", blob.digest)).await.status(), 202);
    }
}

fn files(door: &Door) -> usize {
    std::fs::read_dir(door.folder.path().join("store/blobs/sha256")).unwrap().count()
}

async fn what_is_pushed_again_between_deleting_and_the_delete_can_be_pulled(door: &Door) {
    let steps = [
        Step::Links,
        Step::Condemn,
        Step::Doom,
        Step::Remove,
        Step::Settle,
        Step::Packs,
        Step::Sweep,
        Step::Forget,
    ];
    for (seed, step) in (1..).zip(steps) {
        let image = Image::oci().layer(Layer::gzip(seed)).build();
        door.client().push_tree("a", &image, &["v1".to_owned()]).await.unwrap();
        delete(door, &image).await;
        // A client of its own for each: one that has pushed a blob before mounts it.
        let (client, pushed) = (door.client(), AtomicBool::new(false));
        let observer = PushesAt { step, client, image: image.clone(), pushed };
        let collected = door.store().collect(&CollectOptions::NOW, &observer).await.unwrap();
        assert!(matches!(collected, Collection::Done(_)), "{collected:?}");
        assert!(observer.pushed.load(Ordering::Relaxed), "{step:?} was never reached");
        for blob in &image.blobs {
            let got = door.get(&format!("/v2/a/blobs/{}", blob.digest)).await;
            assert_eq!(got.bytes().await.unwrap(), blob.bytes(), "{step:?}");
        }
        assert_eq!(door.head("/v2/a/manifests/v1").await.status(), 200, "{step:?}");
        door.store().collect(&CollectOptions::NOW, &portolan_store::Quiet).await.unwrap();
        for blob in &image.blobs {
            let got = door.get(&format!("/v2/a/blobs/{}", blob.digest)).await;
            assert_eq!(got.bytes().await.unwrap(), blob.bytes(), "after {step:?}");
        }
    }
}

async fn what_was_deleted_is_gone_from_the_disk(door: &Door) {
    let image = Image::oci().layer(Layer::gzip(1)).build();
    door.client().push_tree("a", &image, &["v1".to_owned()]).await.unwrap();
    let kept = door.push_blob("b", b"of another").await;
    assert_eq!(files(door), image.blobs.len() + 1);
    // A blob that no manifest needs goes too; what a manifest needs stays.
    door.store().collect(&CollectOptions::NOW, &portolan_store::Quiet).await.unwrap();
    assert_eq!(files(door), image.blobs.len());
    assert_eq!(door.head(&format!("/v2/b/blobs/{kept}")).await.status(), 404);
    assert_eq!(door.head("/v2/a/manifests/v1").await.status(), 200);
    door.delete(&format!("/v2/a/manifests/{}", image.digest)).await;
    door.store().collect(&CollectOptions::NOW, &portolan_store::Quiet).await.unwrap();
    assert_eq!(files(door), 0);
}
