//! Tags that are to go, and what went.

use jiff::Timestamp;
use portolan_catalog::{Catalog, CatalogError, CondemnReason, Deletion, Doomed, Place, RunId, RunStart};
use portolan_oci::{MediaType, RawManifest};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::scratch::on_each_database;
use crate::{Scratch, debian, digest};

on_each_database!(
    a_tag_stays_condemned_since_the_first_time_for_the_same_digest,
    thousands_are_condemned_and_spared_in_one_write_each,
    what_a_run_deleted_can_be_put_back_byte_by_byte,
    a_deletion_without_a_run_is_refused_as_a_whole,
    a_manifest_that_was_damaged_is_not_put_back,
);

const ALL: Timestamp = Timestamp::MAX;

async fn begin_run(catalog: &Catalog) -> RunId {
    begin(catalog, "base").await
}

async fn begin(catalog: &Catalog, mirror: &str) -> RunId {
    let hour = std::time::Duration::from_hours(1);
    match catalog.runs().begin_run(mirror, "me", hour).await.unwrap() {
        RunStart::Begun(lease) => lease.run(),
        RunStart::LeaseHeld { owner, .. } => panic!("{owner} is at it"),
    }
}

/// An index with bytes of its own; the space at its end is part of it.
fn manifest(number: usize) -> RawManifest {
    let text =
        format!(r#"{{"schemaVersion": 2, "manifests": [], "annotations": {{"number": "{number}"}}}} "#);
    RawManifest::new(text.into_bytes().into(), Some(&MediaType::OCI_INDEX)).unwrap()
}

pub(crate) fn doomed(tag: Option<&str>, number: usize) -> Doomed {
    Doomed { tag: tag.map(str::to_owned), manifest: manifest(number) }
}

async fn a_tag_stays_condemned_since_the_first_time_for_the_same_digest(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let condemned = catalog.condemned();
    assert_eq!(condemned.due(&debian(), ALL).await.unwrap(), []);
    assert_eq!(condemned.places().await.unwrap(), []);
    let tags = [("11", digest(1)), ("12", digest(2))];
    condemned.condemn(&debian(), &tags, CondemnReason::Vanished).await.unwrap();
    let first = condemned.due(&debian(), ALL).await.unwrap();
    let tags = [("11", digest(1)), ("12", digest(3)), ("13", digest(4))];
    condemned.condemn(&debian(), &tags, CondemnReason::Deselected).await.unwrap();
    let second = condemned.due(&debian(), ALL).await.unwrap();
    let told: Vec<_> = second.iter().map(|one| (one.tag.as_str(), one.digest, one.reason)).collect();
    let reason = CondemnReason::Deselected;
    assert_eq!(told, [("11", digest(1), reason), ("12", digest(3), reason), ("13", digest(4), reason)]);
    assert_eq!(second[0].condemned_at, first[0].condemned_at);
    assert!(second[1].condemned_at > first[1].condemned_at, "for another digest the grace begins anew");
    assert_eq!(second[1].condemned_at, second[2].condemned_at);

    assert_eq!(condemned.places().await.unwrap(), [debian()]);
    let due = condemned.due(&debian(), second[1].condemned_at).await.unwrap();
    assert_eq!(due, second[..1], "only what was condemned before");
    assert_eq!(condemned.due(&debian(), first[0].condemned_at).await.unwrap(), []);
    assert_eq!(condemned.due(&Place::new("elsewhere", "x"), ALL).await.unwrap(), []);
}

async fn thousands_are_condemned_and_spared_in_one_write_each(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let condemned = catalog.condemned();
    let names: Vec<String> = (0..4_500).map(|number| format!("v{number:04}")).collect();
    let tags: Vec<_> = names.iter().map(|name| (name.as_str(), digest(0))).collect();
    condemned.condemn(&debian(), &tags, CondemnReason::Vanished).await.unwrap();
    let told = condemned.due(&debian(), ALL).await.unwrap();
    assert_eq!(told.iter().map(|one| one.tag.as_str()).collect::<Vec<_>>(), names);
    let spared: Vec<&str> = names.iter().skip(1).map(String::as_str).chain(["never condemned"]).collect();
    condemned.spare(&debian(), &spared).await.unwrap();
    assert_eq!(condemned.due(&debian(), ALL).await.unwrap(), told[..1]);
    assert_eq!(catalog.writer_stats().operations, 2);
    condemned.spare(&Place::new("elsewhere", "x"), &["v0000"]).await.unwrap();
    condemned.spare(&debian(), &[]).await.unwrap();
    assert_eq!(condemned.due(&debian(), ALL).await.unwrap(), told[..1]);
}

async fn what_a_run_deleted_can_be_put_back_byte_by_byte(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let alpine = Place::new("registry.example.com", "base/alpine");
    let (run, before) = (begin_run(&catalog).await, Timestamp::now().as_microsecond());
    let condemned = catalog.condemned();
    let gone = vec![doomed(None, 1), doomed(Some("11"), 2)];
    let ids = condemned.note_deleted(&debian(), run, gone).await.unwrap();
    condemned.note_deleted(&debian(), run, vec![doomed(Some("latest"), 2)]).await.unwrap();
    condemned.note_deleted(&alpine, run, vec![doomed(Some("3"), 3)]).await.unwrap();
    catalog.close().await.unwrap();

    let catalog = scratch.open().await;
    let condemned = catalog.condemned();
    assert_eq!(condemned.deletion_places(run).await.unwrap(), [alpine.clone(), debian()]);
    let all = condemned.deletions(&debian(), run).await.unwrap();
    let told: Vec<_> = all.iter().map(|one| (one.tag.as_deref(), one.digest)).collect();
    let [one, two] = [1, 2].map(|number| *manifest(number).digest());
    assert_eq!(told, [(None, one), (Some("11"), two), (Some("latest"), two)]);
    assert!(all.iter().all(|one| one.at.as_microsecond() >= before));
    assert_eq!(ids, [all[0].id, all[1].id]);
    assert_eq!(condemned.deleting_run("base", None).await.unwrap(), Some(run));
    assert_eq!(condemned.deleting_run("base", Some(run)).await.unwrap(), Some(run));
    for (deletion, number) in all.iter().zip([1, 2, 2]) {
        let kept = condemned.deleted_manifest(deletion.id).await.unwrap().unwrap();
        assert_eq!(kept, manifest(number));
        assert_eq!(kept.media_type(), &MediaType::OCI_INDEX);
    }
    for deletion in &all {
        condemned.forget_deletion(deletion.id).await.unwrap();
        condemned.forget_deletion(deletion.id).await.unwrap();
        assert_eq!(condemned.deleted_manifest(deletion.id).await.unwrap(), None);
    }
    assert_eq!(condemned.deletions(&debian(), run).await.unwrap(), []);
    assert_eq!(condemned.deletion_places(run).await.unwrap(), [alpine]);
    let later = begin(&catalog, "other").await;
    assert_eq!(condemned.deleting_run("base", Some(later)).await.unwrap(), None);
    assert_eq!(condemned.deleting_run("other", None).await.unwrap(), None);
    assert_eq!(condemned.deletion_places(later).await.unwrap(), []);
}

async fn a_deletion_without_a_run_is_refused_as_a_whole(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let run = begin_run(&catalog).await;
    let condemned = catalog.condemned();
    let nobody = RunId::new(run.get() + 1);
    let refused = condemned.note_deleted(&debian(), nobody, vec![doomed(None, 1), doomed(None, 2)]).await;
    assert!(matches!(refused, Err(CatalogError::Database(_))), "{refused:?}");
    assert_eq!(condemned.deletions(&debian(), nobody).await.unwrap(), []);
}

async fn a_manifest_that_was_damaged_is_not_put_back(scratch: &Scratch) {
    let catalog = scratch.open().await;
    let run = begin_run(&catalog).await;
    let condemned = catalog.condemned();
    condemned.note_deleted(&debian(), run, vec![doomed(Some("11"), 1)]).await.unwrap();
    let raw = scratch.raw().await;
    let sql = match raw.get_database_backend() {
        DbBackend::Postgres => r"UPDATE deletion SET manifest = '\x7b7d'",
        _ => "UPDATE deletion SET manifest = x'7b7d'",
    };
    raw.execute_unprepared(sql).await.unwrap();
    let all = condemned.deletions(&debian(), run).await.unwrap();
    let [Deletion { id, .. }] = all.as_slice() else { panic!("{all:?}") };
    let refused = condemned.deleted_manifest(*id).await;
    assert!(matches!(refused, Err(CatalogError::Damaged { .. })), "{refused:?}");
}
