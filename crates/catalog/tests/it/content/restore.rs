//! Making the rows again after the database was lost.

use jiff::Timestamp;
use portolan_catalog::{
    BlobPlace, By, ChangeCause, ChangeKind, ChangesAfter, Content, PackName, RestoredBlob, RestoredManifest,
    RestoredPack, RestoredTag, TagRange,
};
use portolan_oci::RawManifest;

use super::{Bench, descriptor, digest, image, name, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    what_is_restored_is_as_it_was,
    of_several_generations_the_highest_is_restored,
    a_tag_of_a_manifest_that_was_not_found_is_told,
    objects_of_packs_are_restored_where_they_have_no_file,
    all_blobs_are_listed_by_their_digests,
);

fn blob(bytes: &str, generation: u64) -> RestoredBlob {
    RestoredBlob { digest: digest(bytes), size: bytes.len() as u64, generation }
}

fn example() -> RawManifest {
    let layer = "application/vnd.oci.image.layer.v1.tar";
    image(&descriptor(layer, "config"), &[descriptor(layer, "layer"), descriptor(layer, "lost")])
}

fn event(text: &str, revision: u64, raw: Option<&RawManifest>) -> RestoredTag {
    let by = By::new(ChangeCause::Push, "anna");
    let at = Timestamp::from_microsecond(1_000_000 + i64::try_from(revision).unwrap()).unwrap();
    RestoredTag { name: tag(text), revision, digest: raw.map(|raw| *raw.digest()), at, by }
}

/// All of it, as `rebuild` does it.
async fn restore(content: &Content) {
    let (app, raw) = (name("team/app"), example());
    content.restore_blobs(vec![blob("config", 0), blob("layer", 2)]).await.unwrap();
    let at = Timestamp::from_microsecond(1_000_000).unwrap();
    let manifest = RestoredManifest { raw: raw.clone(), revision: 3, at };
    content.restore_manifests(&app, vec![manifest]).await.unwrap();
    let events = vec![event("1.0", 3, Some(&raw)), event("old", 4, Some(&raw)), event("old", 5, None)];
    content.restore_tag_events(&app, events).await.unwrap();
    assert_eq!(content.restore_tags(&app, vec![event("1.0", 3, Some(&raw))]).await.unwrap(), []);
    content.restore_revisions(vec![(app, 6), (name("team/empty"), 9)]).await.unwrap();
}

/// Once, and once more after it was broken off.
async fn what_is_restored_is_as_it_was(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app, raw) = (&bench.content, &bench.app, example());
    for _ in 0..2 {
        restore(content).await;
        let tags = content.tags(app, &TagRange::default()).await.unwrap().unwrap();
        assert_eq!((tags.tags.iter().collect::<Vec<_>>(), tags.revision), (vec!["1.0"], 6));
        let found = content.find_manifest(app, &tag("1.0").into()).await.unwrap().unwrap();
        assert_eq!((found.digest, found.body), (*raw.digest(), raw.bytes().clone()));
        let stored = content.find_blob(app, &digest("layer")).await.unwrap().unwrap();
        assert_eq!((stored.size, stored.place), (5, super::file("layer", 2).place.unwrap()));
        assert_eq!(content.find_blob(app, &digest("lost")).await.unwrap(), None);
        let history = content.tag_history(app, &tag("old"), None).await.unwrap();
        let brief: Vec<_> = history.iter().map(|event| (event.revision, event.digest)).collect();
        assert_eq!(brief, [(5, None), (4, Some(*raw.digest()))]);
        assert_eq!((history[0].cause, history[0].actor.as_str()), (ChangeCause::Push, "anna"));
        assert_eq!(content.repositories(None, None).await.unwrap().names, [name("team/app")]);
        assert_eq!(content.repository_state(&name("team/empty")).await.unwrap(), None);
    }
    // What is pushed now is newer than all that was.
    let stored = bench.put(&bench.image(app, "new").await, &["1.0"]).await;
    assert_eq!(stored.revision, 7);
}

async fn of_several_generations_the_highest_is_restored(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    content.restore_blobs(vec![blob("layer", 3), blob("layer", 7), blob("layer", 5)]).await.unwrap();
    content.restore_blobs(vec![blob("layer", 6), blob("config", 1)]).await.unwrap();
    content.restore_blobs(vec![blob("config", 4)]).await.unwrap();
    let manifest = RestoredManifest { raw: example(), revision: 1, at: Timestamp::UNIX_EPOCH };
    content.restore_manifests(app, vec![manifest]).await.unwrap();
    for (bytes, generation) in [("layer", 7), ("config", 4)] {
        let stored = content.find_blob(app, &digest(bytes)).await.unwrap().unwrap();
        assert_eq!(stored.place, super::file(bytes, generation).place.unwrap());
    }
}

async fn objects_of_packs_are_restored_where_they_have_no_file(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let name: PackName = "0f8fad5b-d9cb-469f-a165-70867728950e".parse().unwrap();
    let objects = vec![(digest("config"), 24, 6), (digest("layer"), 30, 5)];
    let pack = RestoredPack { name: name.clone(), size: 11, objects };
    content.restore_blobs(vec![blob("config", 1)]).await.unwrap();
    for _ in 0..2 {
        content.restore_pack(pack.clone()).await.unwrap();
    }
    let manifest = RestoredManifest { raw: example(), revision: 1, at: Timestamp::UNIX_EPOCH };
    content.restore_manifests(app, vec![manifest]).await.unwrap();
    let places = [super::file("config", 1).place.unwrap(), BlobPlace::Packed { pack: name, offset: 30 }];
    for (bytes, place) in ["config", "layer"].into_iter().zip(places) {
        let stored = content.find_blob(app, &digest(bytes)).await.unwrap().unwrap();
        assert_eq!((stored.size, stored.place), (bytes.len() as u64, place));
    }
}

async fn a_tag_of_a_manifest_that_was_not_found_is_told(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app, raw) = (&bench.content, &bench.app, example());
    let lost = content.restore_tags(app, vec![event("a", 1, Some(&raw)), event("b", 2, None)]).await.unwrap();
    assert_eq!(lost, [tag("a"), tag("b")]);
    assert_eq!(content.tags(app, &TagRange::default()).await.unwrap(), None);
    restore(content).await;
    if let Scratch::Sqlite(_) = scratch {
        // Elsewhere they wait for their numbers.
        let ChangesAfter::Changes(changes) = bench.catalog.changes().read(0, 100).await.unwrap() else {
            panic!("nothing is expired");
        };
        let kinds: Vec<_> = changes.iter().map(|change| (change.kind, change.by.cause)).collect();
        let cause = ChangeCause::Rebuild;
        assert_eq!(
            kinds,
            [(ChangeKind::Repository, cause), (ChangeKind::Manifest, cause), (ChangeKind::Tag, cause)]
        );
    }
}

async fn all_blobs_are_listed_by_their_digests(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let content = &bench.content;
    let names: Vec<String> = (0..20).map(|number| format!("blob {number}")).collect();
    content.restore_blobs(names.iter().map(|bytes| blob(bytes, 3)).collect()).await.unwrap();
    let mut expected: Vec<_> = names.iter().map(|bytes| digest(bytes)).collect();
    expected.sort_unstable();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = content.blobs_with_bytes(after.as_ref(), 7).await.unwrap();
        let Some(last) = page.last() else { break };
        assert_eq!((last.generation, &last.place), (3, &BlobPlace::File { generation: 3 }));
        after = Some(last.digest);
        listed.extend(page.iter().map(|blob| blob.digest));
    }
    assert_eq!(listed, expected);
}
