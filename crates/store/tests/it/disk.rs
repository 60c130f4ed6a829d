//! What only the backend on disk has: its files, its locks, which store it is.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use portolan_catalog::UploadId;
use portolan_oci::Digest;
use portolan_store::{BackendError, BlobBackend as _, BlobKey, DiskBackend, Sharing, StoreId};
use tempfile::TempDir;

async fn store() -> (TempDir, DiskBackend) {
    let dir = tempfile::tempdir().unwrap();
    let backend = DiskBackend::open(dir.path().join("data/store"), Sharing::Shared).await.unwrap();
    (dir, backend)
}

fn key(content: &[u8], generation: u64) -> BlobKey {
    BlobKey { digest: Digest::sha256(content), generation }
}

/// All that is below a folder, with modes and numbers of names, in order.
fn tree(root: &Path) -> Vec<String> {
    fn walk(root: &Path, path: &Path, lines: &mut Vec<String>) {
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            let found = entry.metadata().unwrap();
            let name = entry.path().strip_prefix(root).unwrap().display().to_string();
            let mode = found.permissions().mode() & 0o777;
            let links = if found.is_dir() { "/".to_owned() } else { format!(" {}", found.nlink()) };
            lines.push(format!("{name}{links} {mode:o}"));
            if found.is_dir() {
                walk(root, &entry.path(), lines);
            }
        }
    }
    let mut lines = Vec::new();
    walk(root, root, &mut lines);
    lines.sort();
    lines
}

#[tokio::test]
async fn files_lie_where_other_tools_look_and_only_their_owner_reads_them() {
    let (_dir, backend) = store().await;
    backend.set_identity(&StoreId::random()).await.unwrap();
    let id: UploadId = "000102030405060708090a0b0c0d0e0f".parse().unwrap();
    let mut part = backend.begin(&id).await.unwrap();
    assert_eq!(fs::read_dir(backend.folder().join("uploads")).unwrap().count(), 0, "no file before a byte");
    part.write(vec![Bytes::from_static(b"part")]).await.unwrap();
    let state = part.finish().await.unwrap();
    drop(backend.place(&id, &state, &key(b"part", 0)).await.unwrap());
    drop(backend.place(&id, &state, &key(b"part", 1)).await.unwrap());
    drop(backend.put(&key(b"whole", 0), Bytes::from_static(b"whole")).await.unwrap());
    drop(backend.put(&key(b"wrong", 0), Bytes::from_static(b"right")).await.unwrap());
    backend.set_aside(&key(b"wrong", 0)).await.unwrap();
    drop(backend.collecting().await.unwrap());
    insta::assert_snapshot!(tree(backend.folder()).join("\n"));
}

/// Placed again, a session's file is the same file, and nothing is left beside it.
#[tokio::test]
async fn placing_twice_leaves_no_third_name() {
    let (_dir, backend) = store().await;
    let id = UploadId::random();
    let mut part = backend.begin(&id).await.unwrap();
    part.write(vec![Bytes::from_static(b"content")]).await.unwrap();
    let state = part.finish().await.unwrap();
    let key = key(b"content", 0);
    drop(backend.put(&key, Bytes::from_static(b"something else")).await.unwrap());
    for _ in 0..3 {
        drop(backend.place(&id, &state, &key).await.unwrap());
    }
    let names = tree(&backend.folder().join("uploads"));
    assert_eq!(names, [format!("{id} 2 600")]);
}

#[tokio::test]
async fn a_store_is_shared_or_ones_alone() {
    let (_dir, backend) = store().await;
    let again = |sharing| DiskBackend::open(backend.folder().to_owned(), sharing);
    let second = again(Sharing::Shared).await.unwrap();
    let alone = again(Sharing::Alone).await.unwrap_err();
    assert!(matches!(alone, BackendError::InUse(_)), "{alone}");
    let folder: PathBuf = backend.folder().to_owned();
    drop((backend, second));
    let alone = DiskBackend::open(folder.clone(), Sharing::Alone).await.unwrap();
    let shared = DiskBackend::open(folder, Sharing::Shared).await.unwrap_err();
    assert!(matches!(shared, BackendError::InUse(_)), "{shared}");
    drop(alone);
}

#[tokio::test]
async fn one_collects_at_a_time_and_a_sweep_waits_for_what_is_placed() {
    let (_dir, backend) = store().await;
    let other = DiskBackend::open(backend.folder().to_owned(), Sharing::Shared).await.unwrap();
    let collecting = backend.collecting().await.unwrap();
    assert!(collecting.is_some() && other.collecting().await.unwrap().is_none());
    drop(collecting);
    assert!(other.collecting().await.unwrap().is_some());

    let placed = backend.put(&key(b"x", 0), Bytes::from_static(b"x")).await.unwrap();
    assert!(other.sweeping().await.unwrap().is_none(), "another process is placing");
    let mut sweep = Box::pin(backend.sweeping());
    assert!(futures::poll!(&mut sweep).is_pending(), "this process is placing");
    drop(placed);
    let sweeping = sweep.await.unwrap();
    assert!(sweeping.is_some());
    let next = key(b"y", 0);
    let mut put = Box::pin(backend.put(&next, Bytes::from_static(b"y")));
    assert!(futures::poll!(&mut put).is_pending(), "this process is sweeping");
    drop(sweeping);
    drop(put.await.unwrap());
}

#[tokio::test]
async fn a_store_is_told_by_its_file() {
    let (_dir, backend) = store().await;
    assert_eq!(backend.identity().await.unwrap(), None);
    let id = StoreId::random();
    backend.set_identity(&id).await.unwrap();
    assert_eq!(backend.identity().await.unwrap(), Some(id));
    let path = backend.folder().join("store.json");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(json, serde_json::json!({"version": 1, "uuid": id.to_string()}));
    fs::write(&path, r#"{"version": 2, "more": true}"#).unwrap();
    assert!(matches!(backend.identity().await, Err(BackendError::Version { version: 2, .. })));
    fs::write(&path, r#"{"version": 1, "uuid": "nobody"}"#).unwrap();
    assert!(matches!(backend.identity().await, Err(BackendError::Malformed { .. })));
}

/// A writer whose caller is gone still writes: who resumes the session waits for it.
#[tokio::test]
async fn who_resumes_waits_for_the_writer_before() {
    let (_dir, backend) = store().await;
    let id = UploadId::random();
    let mut part = backend.begin(&id).await.unwrap();
    part.write(vec![Bytes::from_static(b"12345")]).await.unwrap();
    let state = part.flush().await.unwrap();
    let mut write = part.write(vec![Bytes::from(vec![b'x'; 8 << 20])]);
    // Under way, and nobody waits for it any more.
    let _ = futures::poll!(&mut write);
    drop(write);
    drop(part);
    let mut part = backend.resume(&id, &state, 5).await.unwrap();
    part.write(vec![Bytes::from_static(b"67")]).await.unwrap();
    part.finish().await.unwrap();
    assert_eq!(fs::read(backend.folder().join("uploads").join(id.to_string())).unwrap(), b"1234567");
}

/// Its bytes may be a blob's that a row vouches for, even if this session was never told so.
#[tokio::test]
async fn what_was_placed_is_not_written_again() {
    let (_dir, backend) = store().await;
    let id = UploadId::random();
    let mut part = backend.begin(&id).await.unwrap();
    part.write(vec![Bytes::from_static(b"content")]).await.unwrap();
    let saved = part.flush().await.unwrap();
    drop(part);
    let key = key(b"content", 0);
    drop(backend.place(&id, &saved, &key).await.unwrap());
    let mut part = backend.resume(&id, &saved, 7).await.unwrap();
    let more = part.write(vec![Bytes::from_static(b"more")]).await.unwrap_err();
    assert!(matches!(more, BackendError::PartLost(lost) if lost == id), "{more}");
    // Only to be placed again is it still good for.
    let state = part.finish().await.unwrap();
    drop(backend.place(&id, &state, &key).await.unwrap());
    let blob = backend.folder().join("blobs/sha256").join(key.digest.encoded());
    assert_eq!(fs::read(&blob).unwrap(), b"content");
    // A process died before it could end the session, and it was written down before all of it had come.
    let mut part = backend.resume(&id, &saved, 3).await.unwrap();
    part.write(vec![Bytes::from_static(b"venient")]).await.unwrap();
    let state = part.finish().await.unwrap();
    let key = self::key(b"convenient", 0);
    drop(backend.place(&id, &state, &key).await.unwrap());
    let other = backend.folder().join("blobs/sha256").join(key.digest.encoded());
    assert_eq!([fs::read(blob).unwrap(), fs::read(other).unwrap()].concat(), b"contentconvenient");
}

/// A pack that was given up goes when the store is opened next; one that is being written does not.
#[tokio::test]
async fn unfinished_packs_go_when_nobody_writes_them() {
    let (_dir, backend) = store().await;
    let packs = |backend: &DiskBackend| fs::read_dir(backend.folder().join("packs")).unwrap().count();
    drop(backend.begin_pack().await.unwrap());
    assert_eq!(packs(&backend), 0, "what is given up takes no room");
    // As a process that was killed leaves it.
    fs::write(backend.folder().join("packs/0f0e0d0c-0b0a-4908-8706-050403020100.part"), "begun").unwrap();
    let mut under_way = backend.begin_pack().await.unwrap();
    assert_eq!(packs(&backend), 2);
    let other = DiskBackend::open(backend.folder().to_owned(), Sharing::Shared).await.unwrap();
    assert_eq!(packs(&other), 1);
    under_way.add(vec![(Digest::sha256(b"x"), Bytes::from_static(b"x"))]).await.unwrap();
    let sealed = under_way.seal().await.unwrap();
    assert_eq!(other.pack_entries(&sealed.name).await.unwrap(), sealed.entries);
}
