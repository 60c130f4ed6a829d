//! Collecting garbage, a step at a time.

use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{
    BlobGeneration, BlobPlace, BlobToWrite, Broken, By, ChangeCause, CommitBlob, DoomedBlobs, MarkDamaged,
    NewBlob, PutManifest, RollBack, RollBackTo, RolledBack,
};

use super::changes::read;
use super::{Bench, anna, digest, file, index, name, referrer, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_deleted_image_goes_step_by_step_and_can_be_pushed_again,
    what_a_manifest_needs_keeps_its_link,
    a_blob_that_is_linked_again_is_spared,
    a_packed_blob_is_gone_at_once,
    a_damaged_blob_is_not_there_until_it_is_pushed_again,
    images_without_tag_are_deleted_where_nothing_needs_them,
    what_happened_to_tags_is_forgotten_but_not_what_they_name,
    thousands_are_collected_in_batches,
);

/// A time at which everything so far is long over.
fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

fn earlier() -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(1)
}

fn key(bytes: &str, generation: u64) -> BlobGeneration {
    BlobGeneration { digest: digest(bytes), generation }
}

async fn expire_links(bench: &Bench) -> u64 {
    let (mut done, mut after) = (0, None);
    loop {
        let batch = bench.content.expire_links(later(), after.as_ref()).await.unwrap();
        done += batch.done;
        after = batch.next;
        if after.is_none() {
            return done;
        }
    }
}

async fn condemn(bench: &Bench) -> u64 {
    let (mut done, mut after) = (0, None);
    loop {
        let batch = bench.content.condemn_blobs(after.as_ref()).await.unwrap();
        done += batch.done;
        after = batch.next;
        if after.is_none() {
            return done;
        }
    }
}

async fn a_deleted_image_goes_step_by_step_and_can_be_pushed_again(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let image = bench.image(app, "one").await;
    bench.put(&image, &["1"]).await;
    content.delete_manifest(app, image.digest(), &anna()).await.unwrap();
    assert_eq!(expire_links(&bench).await, 0, "a rollback needs them");
    assert_eq!(content.expire_manifests(earlier()).await.unwrap(), 0);
    assert_eq!(content.expire_manifests(later()).await.unwrap(), 1);
    assert_eq!(content.expire_manifests(later()).await.unwrap(), 0);
    let back =
        RollBack { tag: tag("1"), to: RollBackTo::Digest(*image.digest()), children: Default::default() };
    let back = content.roll_back(app, &back, &anna()).await.unwrap();
    assert_eq!(back, RolledBack::NotKept(vec![*image.digest()]));
    assert_eq!(content.expire_links(earlier(), None).await.unwrap().done, 0);
    assert_eq!(condemn(&bench).await, 0, "the links are there");
    assert_eq!(expire_links(&bench).await, 2);
    assert_eq!(content.find_blob(app, &digest("one")).await.unwrap(), None);
    assert_eq!(condemn(&bench).await, 2);
    assert_eq!(content.doom_blobs(earlier()).await.unwrap(), DoomedBlobs::default());
    assert_eq!(content.deleting_blobs(None).await.unwrap(), []);
    let doomed = content.doom_blobs(later()).await.unwrap();
    assert_eq!(doomed, DoomedBlobs { files: 2, ..DoomedBlobs::default() });
    let mut files = vec![key("one", 0), key("config of one", 0)];
    files.sort();
    assert_eq!(content.deleting_blobs(None).await.unwrap(), files);
    assert_eq!(content.deleting_blobs(Some(&files[0].digest)).await.unwrap(), files[1..]);
    assert_eq!(content.named_blobs(&files).await.unwrap().len(), 2);

    // It is pushed again while its files are being removed.
    let one = digest("one");
    assert_eq!(content.blob_to_write(&one).await.unwrap(), BlobToWrite::Absent { generation: 1 });
    let late = content.commit_blobs(app, vec![file("one", 0)], None).await.unwrap();
    assert_eq!(late, [CommitBlob::WriteAgain { generation: 1 }]);
    assert_eq!(content.find_blob(app, &one).await.unwrap(), None);
    assert_eq!(bench.try_put(&image, &["1"]).await, PutManifest::Missing(vec![digest("config of one"), one]));
    let again = content.commit_blobs(app, vec![file("one", 1)], None).await.unwrap();
    assert_eq!(again, [CommitBlob::Live]);
    assert_eq!(content.settle_blobs(&files).await.unwrap(), 1, "the other is another generation now");
    let found = content.find_blob(app, &one).await.unwrap().unwrap();
    assert_eq!(found.place, BlobPlace::File { generation: 1 });
    let strays = [key("one", 0), key("one", 1), key("config of one", 0), key("unknown", 0)];
    assert_eq!(content.named_blobs(&strays).await.unwrap(), [key("one", 1)].into());

    assert_eq!(content.forget_blobs(earlier()).await.unwrap(), 0);
    assert_eq!(content.forget_blobs(later()).await.unwrap(), 1);
    let config = content.blob_to_write(&digest("config of one")).await.unwrap();
    assert_eq!(config, BlobToWrite::Absent { generation: 0 });
    bench.blobs(app, &["config of one"]).await;
    bench.put(&image, &["1"]).await;
}

async fn what_a_manifest_needs_keeps_its_link(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    bench.put(&image, &["1"]).await;
    let other = name("team/other");
    bench.blobs(&other, &["one"]).await;
    assert_eq!(expire_links(&bench).await, 1, "that of the repository without the manifest");
    assert_eq!(bench.content.find_blob(&other, &digest("one")).await.unwrap(), None);
    assert!(bench.content.find_blob(&bench.app, &digest("one")).await.unwrap().is_some());
    assert_eq!(condemn(&bench).await, 0);
}

async fn a_blob_that_is_linked_again_is_spared(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    bench.blobs(app, &["one", "two"]).await;
    expire_links(&bench).await;
    assert_eq!(condemn(&bench).await, 2);
    assert_eq!(content.blob_to_write(&digest("one")).await.unwrap(), BlobToWrite::Present { size: 3 });
    let relying = NewBlob { place: None, ..file("one", 0) };
    assert_eq!(content.commit_blobs(app, vec![relying], None).await.unwrap(), [CommitBlob::Superfluous]);
    assert!(content.find_blob(app, &digest("one")).await.unwrap().is_some());
    let doomed = content.doom_blobs(later()).await.unwrap();
    assert_eq!(doomed, DoomedBlobs { files: 1, ..DoomedBlobs::default() });
    assert_eq!(content.deleting_blobs(None).await.unwrap(), [key("two", 0)]);
}

async fn a_packed_blob_is_gone_at_once(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let place = Some(BlobPlace::Packed { pack: "p1".parse().unwrap(), offset: 8 });
    let packed = NewBlob { place, ..file("one", 0) };
    content.commit_blobs(app, vec![packed.clone()], None).await.unwrap();
    expire_links(&bench).await;
    condemn(&bench).await;
    let doomed = content.doom_blobs(later()).await.unwrap();
    assert_eq!(doomed, DoomedBlobs { packed: 1, ..DoomedBlobs::default() });
    assert_eq!(content.deleting_blobs(None).await.unwrap(), []);
    let place = Some(BlobPlace::Packed { pack: "p2".parse().unwrap(), offset: 8 });
    let again = NewBlob { place: place.clone(), ..packed };
    assert_eq!(content.commit_blobs(app, vec![again], None).await.unwrap(), [CommitBlob::Live]);
    let found = content.find_blob(app, &digest("one")).await.unwrap().unwrap();
    assert_eq!(Some(found.place), place);
}

async fn a_damaged_blob_is_not_there_until_it_is_pushed_again(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let image = bench.image(app, "one").await;
    bench.put(&image, &["1", "2"]).await;
    let (one, manifest) = (digest("one"), *image.digest());
    assert_eq!(content.mark_damaged(key("one", 1)).await.unwrap(), MarkDamaged::Elsewhere);
    assert_eq!(content.mark_damaged(key("one", 0)).await.unwrap(), MarkDamaged::Marked);
    assert_eq!(content.mark_damaged(key("one", 0)).await.unwrap(), MarkDamaged::Elsewhere);
    let broken = ["1", "2"].map(|text| Broken { repository: app.clone(), manifest, tag: Some(tag(text)) });
    assert_eq!(content.broken_by(&one).await.unwrap(), broken);
    // It breaks the indexes that the image is in, and what these are in.
    let inner = index(&[&image]);
    bench.put(&inner, &[]).await;
    bench.put(&index(&[&inner]), &["outer"]).await;
    let broken =
        ["1", "2", "outer"].map(|text| Broken { repository: app.clone(), manifest, tag: Some(tag(text)) });
    assert_eq!(content.broken_by(&one).await.unwrap(), broken);
    assert_eq!(content.find_blob(app, &one).await.unwrap(), None);
    assert_eq!(content.linked_in(&one).await.unwrap(), []);
    assert_eq!(condemn(&bench).await, 0);
    assert_eq!(content.settle_damaged(later(), None).await.unwrap().done, 0, "it is linked");
    assert_eq!(content.blob_to_write(&one).await.unwrap(), BlobToWrite::Absent { generation: 1 });
    assert_eq!(content.commit_blobs(app, vec![file("one", 1)], None).await.unwrap(), [CommitBlob::Live]);
    assert!(content.find_blob(app, &one).await.unwrap().is_some());

    bench.blobs(app, &["two"]).await;
    content.mark_damaged(key("two", 0)).await.unwrap();
    content.unlink_blob(app, &digest("two")).await.unwrap();
    assert_eq!(content.settle_damaged(earlier(), None).await.unwrap().done, 0);
    assert_eq!(content.settle_damaged(later(), None).await.unwrap().done, 1);
    let two = content.blob_to_write(&digest("two")).await.unwrap();
    assert_eq!(two, BlobToWrite::Absent { generation: 1 });
}

async fn images_without_tag_are_deleted_where_nothing_needs_them(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let (child, single) = (bench.image(app, "child").await, bench.image(app, "single").await);
    let (lonely, moved) = (bench.image(app, "lonely").await, bench.image(app, "moved").await);
    let config = bench.blobs(app, &["config"]).await;
    let (kept, orphan) = (referrer(&single, "a/kept", &config[0]), referrer(&lonely, "a/orphan", &config[0]));
    let parent = index(&[&child]);
    for manifest in [&child, &lonely, &kept, &orphan] {
        bench.put(manifest, &[]).await;
    }
    bench.put(&parent, &["index"]).await;
    bench.put(&moved, &["single"]).await;
    bench.put(&single, &["single"]).await;
    let by = By::new(ChangeCause::Collection, "gc");
    let expire = |before| content.expire_untagged(before, None, &by);
    assert_eq!(expire(earlier()).await.unwrap().done, 0);
    let revision = content.repository_state(app).await.unwrap().unwrap().revision;
    let moved_at = content.tag_history(app, &tag("single"), None).await.unwrap()[0].at;
    assert_eq!(
        expire(moved_at).await.unwrap().done,
        1,
        "{moved_at}: the lonely one alone, as one lost its tag just then"
    );
    assert_eq!(expire(later()).await.unwrap().done, 2, "what referred to it, and what lost its tag");
    assert_eq!(expire(later()).await.unwrap().done, 0);
    let state = content.repository_state(app).await.unwrap().unwrap();
    assert_eq!(state.revision, revision + 2);
    for (manifest, there) in [
        (&child, true),
        (&single, true),
        (&kept, true),
        (&parent, true),
        (&lonely, false),
        (&orphan, false),
        (&moved, false),
    ] {
        let found = content.stat_manifest(app, &(*manifest.digest()).into()).await.unwrap();
        assert_eq!(found.is_some(), there, "{:?}", String::from_utf8_lossy(manifest.bytes()));
    }
    assert_eq!(read(&bench).await.pop().unwrap().by, by);
    let back = RollBack {
        tag: tag("single"),
        to: RollBackTo::Digest(*moved.digest()),
        children: Default::default(),
    };
    let back = content.roll_back(app, &back, &anna()).await.unwrap();
    assert!(matches!(back, RolledBack::Stored { .. }), "{back:?}");
}

async fn what_happened_to_tags_is_forgotten_but_not_what_they_name(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let (one, two) = (bench.image(app, "one").await, bench.image(app, "two").await);
    for image in [&one, &two, &one] {
        bench.put(image, &["a", "gone"]).await;
    }
    bench.put(&one, &["once"]).await;
    content.delete_tag(app, &tag("gone"), &anna()).await.unwrap();
    let revisions = |text: &'static str| async move {
        let history = content.tag_history(app, &tag(text), None).await.unwrap();
        history.iter().map(|event| event.revision).collect::<Vec<_>>()
    };
    assert_eq!(content.expire_events(earlier(), None).await.unwrap().done, 0);
    let third = content.tag_history(app, &tag("a"), None).await.unwrap()[0].at;
    assert_eq!(content.expire_events(third, None).await.unwrap().done, 2);
    assert_eq!(revisions("a").await, [3, 2], "what it named at that time is known");
    assert_eq!(content.expire_events(later(), None).await.unwrap().done, 4);
    assert_eq!((revisions("a").await, revisions("once").await), (vec![3], vec![4]));
    assert!(revisions("gone").await.is_empty());
}

async fn thousands_are_collected_in_batches(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let texts: Vec<String> = (0..4_500).map(|number| number.to_string()).collect();
    let blobs = texts.iter().map(|text| file(text, 0)).collect();
    bench.content.commit_blobs(&bench.app, blobs, None).await.unwrap();
    let image = bench.image(&bench.app, "one").await;
    let tags: Vec<&str> = texts.iter().map(String::as_str).collect();
    bench.put(&image, &tags).await;
    bench.content.delete_manifest(&bench.app, image.digest(), &anna()).await.unwrap();
    let (mut events, mut after) = (0, None);
    loop {
        let batch = bench.content.expire_events(later(), after.as_ref()).await.unwrap();
        events += batch.done;
        after = batch.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(events, 9_000);
    assert_eq!((expire_links(&bench).await, condemn(&bench).await), (4_500, 4_500));
    let mut doomed = 0;
    loop {
        let batch = bench.content.doom_blobs(later()).await.unwrap();
        if batch == DoomedBlobs::default() {
            break;
        }
        doomed += batch.files;
    }
    assert_eq!(doomed, 4_500);
    let (mut removed, mut last) = (0, None);
    loop {
        let files = bench.content.deleting_blobs(last.as_ref()).await.unwrap();
        let Some(end) = files.last() else { break };
        last = Some(end.digest);
        removed += bench.content.settle_blobs(&files).await.unwrap();
    }
    assert_eq!(removed, 4_500);
}
