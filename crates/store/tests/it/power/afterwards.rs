//! What has to be true when the power is there again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt as _;
use portolan_oci::Digest;
use portolan_store::{
    Area, BlobBackend as _, BlobKey, CollectOptions, Collection, DiskBackend, Quiet, Sharing, Store,
    StoreError, VerifyObserver, rebuild,
};

use super::process::{self, Process};
use super::state::{State, Under};
use super::work::{Expected, sent};
use super::world::{self, REPOSITORIES};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Unseen;

impl VerifyObserver for Unseen {
    fn checked(&self, _: &Digest, _: u64) {}
}

/// All bytes are right.
pub(super) async fn must_be_whole(store: &Store) {
    let report = store.verify(None, &Unseen).await.unwrap();
    assert!(report.damaged.is_empty() && report.unread.is_empty(), "{report:?}");
}

/// Uploads that somebody was told of go on where he was told that they are, or behind it; one whose end was asked for
/// may be over. Each can be ended.
pub(super) async fn uploads_must_go_on(store: &Store, [before, after]: [&Expected; 2]) {
    let app = store.repository(world::repository(REPOSITORIES[0]));
    let ids: BTreeSet<_> = before.uploads.keys().chain(after.uploads.keys()).collect();
    for id in ids {
        let (old, new) = (before.uploads.get(id), after.uploads.get(id));
        let Some(Under { upload, blob, .. }) = old.or(new) else { continue };
        let offset = match app.upload_offset(upload).await {
            Err(StoreError::UploadUnknown) => {
                assert!(old.is_none() || new.is_none(), "an upload is lost at {old:?}");
                continue;
            }
            offset => offset.unwrap(),
        };
        assert!(offset >= old.map_or(0, |old| old.offset), "{offset} instead of {old:?}");
        let rest = blob.slice(usize::try_from(offset).unwrap()..);
        let (half, digest) = (rest.len() / 2, Digest::sha256(blob));
        app.append_upload(upload, sent(&rest.slice(..half))).await.unwrap();
        app.finish_upload(upload, sent(&rest.slice(half..)), &digest).await.unwrap();
    }
}

/// What the store shows when its database is lost too.
pub(super) async fn rebuilt(store: &Path, template: &Path) -> State {
    let dir = tempfile::tempdir().unwrap();
    let (copy, database) = (dir.path().join("store"), dir.path().join("rebuilt.db"));
    copy_folder(store, &copy);
    fs::copy(template, &database).unwrap();
    let backend = DiskBackend::open(copy, Sharing::Alone).await.unwrap();
    let catalog = process::open(&database).await;
    let records = portolan_store::DiskRecords::beside(&backend);
    let told = rebuild(&backend, &records, &catalog.content()).await.unwrap();
    assert!(told.unreadable.is_empty() && told.lost_tags.is_empty(), "{told:?}");
    assert!(told.wrong_packs.is_empty() && told.wrong_manifests.is_empty(), "{told:?}");
    catalog.close().await.unwrap();
    let process = Process::with(backend, &database, DAY).await.unwrap();
    let state = State::of(&process.store).await;
    must_be_whole(&process.store).await;
    process.end().await;
    state
}

/// A collection leaves what is needed and nothing else.
pub(super) async fn nothing_must_be_left_over(process: &Process) {
    let collected = process.store.collect(&CollectOptions::NOW, &Quiet).await.unwrap();
    assert!(matches!(collected, Collection::Done(_)));
    let parts: Vec<_> = process.backend.parts().try_collect().await.unwrap();
    assert!(parts.is_empty(), "{parts:?}");
    let named = process.catalog.content().blobs_with_bytes(None, 1000).await.unwrap();
    let named: BTreeSet<_> =
        named.iter().map(|blob| BlobKey { digest: blob.digest, generation: blob.generation }).collect();
    let listed: Vec<_> = process.backend.list(Area::Blobs).try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|listed| listed.key).collect::<BTreeSet<_>>(), named);
    let needed = State::of(&process.store).await.needed();
    let needed: BTreeSet<_> = needed.into_iter().map(|(_, digest)| digest).collect();
    assert_eq!(named.iter().map(|key| key.digest).collect::<BTreeSet<_>>(), needed);
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
