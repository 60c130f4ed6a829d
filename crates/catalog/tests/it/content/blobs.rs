//! Blobs.

use portolan_catalog::{
    BlobPlace, BlobToWrite, CatalogError, CommitBlob, MountBlob, NewBlob, RenewLink, UnlinkBlob,
};

use super::{Bench, digest, file, name};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_blob_is_there_where_it_is_linked,
    a_second_writer_of_a_blob_is_told_that_its_bytes_are_not_needed,
    who_relies_on_bytes_that_are_there_places_none,
    blobs_of_a_pack_know_their_pack,
    many_blobs_at_once_are_answered_in_their_order,
    a_size_that_no_file_has_is_refused,
    a_blob_is_mounted_from_where_it_is_linked,
    a_blob_that_a_manifest_needs_is_not_taken_away,
    a_link_is_dated_anew_by_who_promises_it,
);

fn packed(bytes: &str, pack: &str, offset: u64) -> NewBlob {
    let place = BlobPlace::Packed { pack: pack.parse().unwrap(), offset };
    NewBlob { place: Some(place), ..file(bytes, 0) }
}

async fn a_blob_is_there_where_it_is_linked(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let one = digest("one");
    assert_eq!(content.blob_to_write(&one).await.unwrap(), BlobToWrite::Absent { generation: 0 });
    assert_eq!(content.find_blob(app, &one).await.unwrap(), None);
    bench.blobs(app, &["one"]).await;
    assert_eq!(content.blob_to_write(&one).await.unwrap(), BlobToWrite::Present { size: 3 });
    let found = content.find_blob(app, &one).await.unwrap().unwrap();
    assert_eq!((found.digest, found.size), (one, 3));
    assert_eq!(found.place, BlobPlace::File { generation: 0 });
    assert_eq!(content.find_blob(&name("team/other"), &one).await.unwrap(), None);
}

async fn a_second_writer_of_a_blob_is_told_that_its_bytes_are_not_needed(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (app, other) = (&bench.app, &name("team/other"));
    bench.blobs(app, &["one"]).await;
    let again = bench.content.commit_blobs(other, vec![file("one", 0)], None).await.unwrap();
    assert_eq!(again, [CommitBlob::Live], "the same key is the same file");
    let elsewhere = vec![packed("one", "p1", 8)];
    let again = bench.content.commit_blobs(other, elsewhere, None).await.unwrap();
    assert_eq!(again, [CommitBlob::Superfluous]);
    let found = bench.content.find_blob(other, &digest("one")).await.unwrap().unwrap();
    assert_eq!(found.place, BlobPlace::File { generation: 0 });
}

async fn who_relies_on_bytes_that_are_there_places_none(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let other = name("team/other");
    let relying = || vec![NewBlob { place: None, ..file("one", 0) }];
    let became = bench.content.commit_blobs(&other, relying(), None).await.unwrap();
    assert_eq!(became, [CommitBlob::WriteAgain { generation: 0 }], "they are not there");
    assert_eq!(bench.content.find_blob(&other, &digest("one")).await.unwrap(), None);
    bench.blobs(&bench.app, &["one"]).await;
    let became = bench.content.commit_blobs(&other, relying(), None).await.unwrap();
    assert_eq!(became, [CommitBlob::Superfluous]);
    assert!(bench.content.find_blob(&other, &digest("one")).await.unwrap().is_some());
}

async fn blobs_of_a_pack_know_their_pack(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let blobs = vec![packed("one", "p-1", 8), packed("two", "p-1", 11), packed("three", "p-2", 8)];
    let became = bench.content.commit_blobs(&bench.app, blobs.clone(), None).await.unwrap();
    assert_eq!(became, [CommitBlob::Live; 3]);
    for blob in blobs {
        let found = bench.content.find_blob(&bench.app, &blob.digest).await.unwrap().unwrap();
        assert_eq!((Some(found.place), found.size), (blob.place, blob.size));
    }
}

async fn many_blobs_at_once_are_answered_in_their_order(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let texts: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let some: Vec<NewBlob> = texts.iter().step_by(3).map(|text| file(text, 0)).collect();
    bench.content.commit_blobs(&bench.app, some, None).await.unwrap();
    let all: Vec<NewBlob> = texts.iter().map(|text| packed(text, "p", 1)).collect();
    let became = bench.content.commit_blobs(&bench.app, all, None).await.unwrap();
    for (number, became) in became.iter().enumerate() {
        let expected = if number % 3 == 0 { CommitBlob::Superfluous } else { CommitBlob::Live };
        assert_eq!(*became, expected, "{number}");
    }
    assert_eq!(became.len(), 1_000);
}

async fn a_size_that_no_file_has_is_refused(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let endless = NewBlob { size: u64::MAX, ..file("one", 0) };
    let refused = bench.content.commit_blobs(&bench.app, vec![endless], None).await;
    assert!(matches!(refused, Err(CatalogError::OutOfRange { what: "size", .. })), "{refused:?}");
    assert_eq!(bench.content.find_blob(&bench.app, &digest("one")).await.unwrap(), None);
}

async fn a_blob_is_mounted_from_where_it_is_linked(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app, other, third) = (&bench.content, &bench.app, name("team/other"), name("third"));
    let one = digest("one");
    let mount = |to, from| content.mount_blob(to, &one, from);
    assert_eq!(mount(&other, app).await.unwrap(), MountBlob::NotThere);
    bench.blobs(app, &["one"]).await;
    assert_eq!(mount(&third, &other).await.unwrap(), MountBlob::NotThere, "the other one does not have it");
    assert_eq!(mount(&other, app).await.unwrap(), MountBlob::Mounted { size: 3 });
    assert_eq!(mount(&other, app).await.unwrap(), MountBlob::Mounted { size: 3 });
    assert_eq!(mount(&third, &other).await.unwrap(), MountBlob::Mounted { size: 3 });
    assert!(content.find_blob(&third, &one).await.unwrap().is_some());
    assert_eq!(content.linked_in(&one).await.unwrap(), [app.clone(), other, third]);
    assert_eq!(content.linked_in(&digest("two")).await.unwrap(), []);
}

async fn a_blob_that_a_manifest_needs_is_not_taken_away(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let unlink = |bytes| {
        let digest = digest(bytes);
        async move { content.unlink_blob(app, &digest).await.unwrap() }
    };
    assert_eq!(unlink("one").await, UnlinkBlob::NotThere);
    let image = bench.image(app, "one").await;
    bench.put(&image, &["1"]).await;
    bench.blobs(app, &["two"]).await;
    for needed in ["one", "config of one"] {
        assert_eq!(unlink(needed).await, UnlinkBlob::Needed);
    }
    assert_eq!(unlink("two").await, UnlinkBlob::Unlinked);
    assert_eq!(unlink("two").await, UnlinkBlob::NotThere);
    content.delete_manifest(app, image.digest(), &super::anna()).await.unwrap();
    assert_eq!(unlink("one").await, UnlinkBlob::Unlinked);
    assert_eq!(content.find_blob(app, &digest("one")).await.unwrap(), None);
}

async fn a_link_is_dated_anew_by_who_promises_it(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app, one) = (&bench.content, &bench.app, digest("one"));
    assert_eq!(content.renew_link(app, &one).await.unwrap(), RenewLink::NotThere);
    bench.blobs(app, &["one"]).await;
    let first = content.find_blob(app, &one).await.unwrap().unwrap();
    assert_eq!(content.renew_link(app, &one).await.unwrap(), RenewLink::Renewed);
    let renewed = content.find_blob(app, &one).await.unwrap().unwrap();
    assert!(renewed.linked_at > first.linked_at, "{first:?} {renewed:?}");
    assert_eq!(content.renew_link(&name("team/other"), &one).await.unwrap(), RenewLink::NotThere);
}
