//! Packs: what is left in them, where it goes, and when their files may go.

use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{
    BlobPlace, BlobToWrite, CommitBlob, MovePacked, MovedBlob, NewBlob, PackName, PackUse, RetirePack,
};
use portolan_oci::Digest;

use super::{Bench, digest, file, name};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_pack_is_worn_moved_retired_and_forgotten,
    what_is_no_longer_as_it_was_read_is_not_moved,
    nothing_comes_into_a_retired_pack,
    many_blobs_are_found_at_once_where_they_may_be_read,
);

fn pack(text: &str) -> PackName {
    text.parse().unwrap()
}

/// A blob of these bytes in a pack.
fn packed(bytes: &str, name: &str, offset: u64) -> NewBlob {
    NewBlob { place: Some(BlobPlace::Packed { pack: pack(name), offset }), ..file(bytes, 0) }
}

fn moved(bytes: &str, generation: u64, offset: u64) -> MovedBlob {
    MovedBlob { digest: digest(bytes), generation, offset }
}

async fn used(bench: &Bench) -> Vec<(String, u64, u64)> {
    let packs = bench.content.packs_in_use(None, 10).await.unwrap();
    packs.into_iter().map(|PackUse { name, size, used }| (name.to_string(), size, used)).collect()
}

async fn place(bench: &Bench, bytes: &str) -> BlobPlace {
    bench.content.find_blob(&bench.app, &digest(bytes)).await.unwrap().unwrap().place
}

/// Nothing is left of the blob but a row.
async fn collect(bench: &Bench, bytes: &str) {
    let (content, later) = (&bench.content, Timestamp::now() + SignedDuration::from_hours(1));
    content.unlink_blob(&bench.app, &digest(bytes)).await.unwrap();
    content.condemn_blobs(None).await.unwrap();
    assert_eq!(content.doom_blobs(later).await.unwrap().packed, 1);
}

async fn a_pack_is_worn_moved_retired_and_forgotten(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let content = &bench.content;
    let blobs = [("one", 24), ("three", 27), ("seven", 32)];
    let blobs = blobs.map(|(bytes, offset)| packed(bytes, "a", offset)).to_vec();
    assert_eq!(content.commit_blobs(&bench.app, blobs, None).await.unwrap(), [CommitBlob::Live; 3]);
    assert_eq!(used(&bench).await, [("a".to_owned(), 13, 13)]);
    collect(&bench, "one").await;
    collect(&bench, "seven").await;
    assert_eq!(used(&bench).await, [("a".to_owned(), 13, 5)]);
    assert_eq!(content.retire_pack(&pack("a")).await.unwrap(), RetirePack::Stays);

    let left = content.packed_blobs(&pack("a"), None, 10).await.unwrap();
    assert_eq!(
        left.iter().map(|blob| (blob.digest, blob.offset)).collect::<Vec<_>>(),
        [(digest("three"), 27)]
    );
    assert_eq!(content.packed_blobs(&pack("a"), Some(&left[0].digest), 10).await.unwrap(), []);
    let moves = MovePacked { pack: pack("b"), size: 5, blobs: vec![moved("three", left[0].generation, 24)] };
    assert_eq!(content.move_packed(moves).await.unwrap(), 1);
    assert_eq!(place(&bench, "three").await, BlobPlace::Packed { pack: pack("b"), offset: 24 });
    assert_eq!(used(&bench).await, [("a".to_owned(), 13, 0), ("b".to_owned(), 5, 5)]);

    assert_eq!(content.retire_pack(&pack("a")).await.unwrap(), RetirePack::Retired);
    assert_eq!(content.retire_pack(&pack("a")).await.unwrap(), RetirePack::Stays);
    assert_eq!(used(&bench).await, [("b".to_owned(), 5, 5)]);
    let later = Timestamp::now() + SignedDuration::from_hours(1);
    let earlier = Timestamp::now() - SignedDuration::from_hours(1);
    assert_eq!(content.retired_packs(earlier, None, 10).await.unwrap(), []);
    assert_eq!(content.retired_packs(later, None, 10).await.unwrap(), [pack("a")]);
    let named = content.named_packs(&[pack("a"), pack("b"), pack("c")]).await.unwrap();
    assert_eq!(named.len(), 2);
    content.forget_pack(&pack("a")).await.unwrap();
    content.forget_pack(&pack("b")).await.unwrap();
    let named = content.named_packs(&[pack("a"), pack("b"), pack("c")]).await.unwrap();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), [pack("b")], "it is not retired");
    // A blob of the forgotten pack comes again.
    let again = packed("one", "c", 24);
    assert_eq!(content.commit_blobs(&bench.app, vec![again], None).await.unwrap(), [CommitBlob::Live]);
    assert_eq!(place(&bench, "one").await, BlobPlace::Packed { pack: pack("c"), offset: 24 });
}

async fn what_is_no_longer_as_it_was_read_is_not_moved(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let content = &bench.content;
    let blobs = vec![packed("one", "a", 24), packed("two", "a", 27)];
    content.commit_blobs(&bench.app, blobs, None).await.unwrap();
    let read = content.packed_blobs(&pack("a"), None, 10).await.unwrap();
    let generation = read[0].generation;
    // Collected and pushed again before the rows are moved.
    collect(&bench, "one").await;
    content.commit_blobs(&bench.app, vec![packed("one", "b", 24)], None).await.unwrap();
    let blobs = vec![moved("one", generation, 24), moved("two", generation, 27), moved("none", 0, 30)];
    assert_eq!(content.move_packed(MovePacked { pack: pack("c"), size: 6, blobs }).await.unwrap(), 1);
    assert_eq!(place(&bench, "one").await, BlobPlace::Packed { pack: pack("b"), offset: 24 });
    assert_eq!(place(&bench, "two").await, BlobPlace::Packed { pack: pack("c"), offset: 27 });
    // A verifier that found the old bytes wrong, or gone, says nothing about the new ones.
    let old = portolan_catalog::BlobGeneration { digest: digest("two"), generation };
    let marked = content.mark_damaged(old).await.unwrap();
    assert_eq!(marked, portolan_catalog::MarkDamaged::Elsewhere);
}

async fn nothing_comes_into_a_retired_pack(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let content = &bench.content;
    content.commit_blobs(&bench.app, vec![packed("one", "a", 24)], None).await.unwrap();
    let none = MovePacked { pack: pack("b"), size: 3, blobs: vec![moved("two", 0, 24)] };
    assert_eq!(content.move_packed(none).await.unwrap(), 0);
    assert_eq!(content.retire_pack(&pack("b")).await.unwrap(), RetirePack::Retired);
    let late = MovePacked { pack: pack("b"), size: 3, blobs: vec![moved("one", 0, 24)] };
    assert_eq!(content.move_packed(late).await.unwrap(), 0);
    assert_eq!(place(&bench, "one").await, BlobPlace::Packed { pack: pack("a"), offset: 24 });
}

async fn many_blobs_are_found_at_once_where_they_may_be_read(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let content = &bench.content;
    content.commit_blobs(&bench.app, vec![packed("one", "a", 24), file("two", 0)], None).await.unwrap();
    content.commit_blobs(&name("other"), vec![file("three", 0)], None).await.unwrap();
    let asked = ["one", "two", "three", "four"].map(digest);
    let found = content.find_blobs(&bench.app, &asked).await.unwrap();
    let mut found: Vec<(Digest, BlobPlace)> =
        found.into_iter().map(|blob| (blob.digest, blob.place)).collect();
    found.sort_by_key(|(digest, _)| asked.iter().position(|asked| asked == digest));
    let one = BlobPlace::Packed { pack: pack("a"), offset: 24 };
    assert_eq!(found, [(digest("one"), one), (digest("two"), BlobPlace::File { generation: 0 })]);
    let mut present: Vec<Digest> = content.blobs_present(&asked).await.unwrap().into_iter().collect();
    present.sort_by_key(|digest| asked.iter().position(|asked| asked == digest));
    assert_eq!(present, asked[..3]);
    for digest in &present {
        assert!(matches!(content.blob_to_write(digest).await.unwrap(), BlobToWrite::Present { .. }));
    }
}
