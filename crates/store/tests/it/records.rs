//! What is written beside the blobs: all that was acknowledged is read, whatever became of the end of a file.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::TryStreamExt as _;
use futures::future::try_join_all;
use jiff::Timestamp;
use portolan_oci::{Digest, MediaType};
use portolan_store::testing::{Losing, UnreliablePower};
use portolan_store::{BackendError, DiskBackend, DiskRecords, ReadRecord, Record, RecordKeeper, Sharing};
use tempfile::TempDir;

fn manifest(revision: u64) -> Record {
    let body = Bytes::from(format!("{{\"revision\": {revision}}}"));
    Record::Manifest {
        repository: "base/debian".parse().unwrap(),
        revision,
        digest: Digest::sha256(&body),
        media_type: MediaType::OCTET_STREAM,
        at: Timestamp::UNIX_EPOCH,
        body,
    }
}

fn deleted(revision: u64) -> Record {
    let (repository, digest) = ("base/debian".parse().unwrap(), Digest::sha256(b"x"));
    Record::ManifestDeleted { repository, revision, digest, at: Timestamp::UNIX_EPOCH }
}

async fn store() -> (TempDir, DiskBackend, DiskRecords) {
    let dir = tempfile::tempdir().unwrap();
    let backend = DiskBackend::open(dir.path().join("store"), Sharing::Shared).await.unwrap();
    let records = DiskRecords::beside(&backend);
    (dir, backend, records)
}

/// All lines; where snapshots begin and end is left out.
async fn all(records: &DiskRecords) -> Vec<ReadRecord> {
    let all: Vec<_> = records.read_all().try_collect().await.unwrap();
    let is_line = |read: &ReadRecord| matches!(read, ReadRecord::Record(_) | ReadRecord::Unreadable { .. });
    all.into_iter().filter(is_line).collect()
}

/// The revisions of all that can be read, in order, each once.
async fn revisions(records: &DiskRecords) -> Vec<u64> {
    let mut revisions: Vec<u64> = all(records)
        .await
        .into_iter()
        .filter_map(|read| match read {
            ReadRecord::Record(
                Record::Manifest { revision, .. } | Record::ManifestDeleted { revision, .. },
            ) => Some(revision),
            _ => None,
        })
        .collect();
    revisions.sort_unstable();
    revisions.dedup();
    revisions
}

fn files(backend: &DiskBackend) -> Vec<PathBuf> {
    let entries = fs::read_dir(backend.folder().join("records")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn is_snapshot(path: &Path) -> bool {
    path.file_name().unwrap().to_str().unwrap().starts_with("snapshot-")
}

#[tokio::test]
async fn many_who_append_at_once_share_one_file() {
    let (_dir, backend, records) = store().await;
    try_join_all((0..200).map(|revision| records.append(vec![manifest(revision), deleted(revision)])))
        .await
        .unwrap();
    assert_eq!(files(&backend).len(), 1);
    assert_eq!(all(&records).await.len(), 400);
    assert_eq!(revisions(&records).await, (0..200).collect::<Vec<_>>());
    // A second process has its own.
    let other =
        DiskRecords::beside(&DiskBackend::open(backend.folder().into(), Sharing::Shared).await.unwrap());
    other.append(vec![manifest(200)]).await.unwrap();
    assert_eq!(files(&backend).len(), 2);
    assert_eq!(revisions(&records).await, (0..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_last_line_that_is_cut_off_anywhere_is_passed_over() {
    let (_dir, backend, records) = store().await;
    records.append(vec![manifest(1), deleted(2)]).await.unwrap();
    let file = files(&backend).remove(0);
    let before = fs::read(&file).unwrap().len();
    records.append(vec![manifest(3)]).await.unwrap();
    let whole = fs::read(&file).unwrap();
    for length in before..=whole.len() {
        fs::write(&file, &whole[..length]).unwrap();
        let expected: &[u64] = if length == whole.len() { &[1, 2, 3] } else { &[1, 2] };
        assert_eq!(revisions(&records).await, expected, "{length} of {} bytes", whole.len());
        assert!(all(&records).await.iter().all(|read| matches!(read, ReadRecord::Record(_))));
    }
}

#[tokio::test]
async fn a_damaged_line_among_others_is_told_and_the_others_are_read() {
    let (_dir, backend, records) = store().await;
    records.append((1..=5).map(manifest).collect()).await.unwrap();
    let file = files(&backend).remove(0);
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    fs::write(&file, whole.replace(lines[2], &lines[2].replace("debian", "debiam"))).unwrap();
    assert_eq!(revisions(&records).await, [1, 2, 4, 5]);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(all(&records).await.contains(&ReadRecord::Unreadable { file: name.clone(), line: 3 }));
    // One that is longer than any line of ours is passed over too.
    fs::write(&file, format!("{}\n{}\n{whole}", lines[0], "x".repeat(20 << 20))).unwrap();
    assert_eq!(revisions(&records).await, [1, 2, 3, 4, 5]);
    assert!(all(&records).await.contains(&ReadRecord::Unreadable { file: name, line: 2 }));
}

#[tokio::test]
async fn two_snapshots_are_kept_and_what_came_since_the_older() {
    let (_dir, backend, records) = store().await;
    let process = || async {
        DiskRecords::beside(&DiskBackend::open(backend.folder().into(), Sharing::Shared).await.unwrap())
    };
    let other = process().await;
    other.append(vec![manifest(100)]).await.unwrap();
    for round in 1..=5 {
        records.append(vec![manifest(10 * round)]).await.unwrap();
        let mut snapshot = records.begin_snapshot().await.unwrap().unwrap();
        records.append(vec![manifest(10 * round + 1)]).await.unwrap();
        // As if this were all there is in the catalogue.
        snapshot.add(vec![manifest(round)]).await.unwrap();
        snapshot.add(Vec::new()).await.unwrap();
        snapshot.finish().await.unwrap();
    }
    let (snapshots, logs): (Vec<_>, Vec<_>) = files(&backend).into_iter().partition(|path| is_snapshot(path));
    assert_eq!(snapshots.len(), 2);
    // What the other process has open, what was written since the fourth began, and since the fifth.
    assert_eq!(logs.len(), 3, "{logs:?}");
    assert_eq!(revisions(&records).await, [4, 5, 41, 50, 51, 100]);
    let written = records.written().await.unwrap();
    let line = fs::metadata(&logs[0]).unwrap().len();
    assert!(
        written.since_snapshot < 2 * line && written.snapshot > line,
        "only the last one is new: {written:?}"
    );
    assert!(!written.is_worth_a_snapshot(0) && !written.is_worth_a_snapshot(1 << 40));
    // One that was given up is not read, and the next one takes it away.
    let mut given_up = records.begin_snapshot().await.unwrap().unwrap();
    given_up.add(vec![manifest(7)]).await.unwrap();
    assert!(other.begin_snapshot().await.unwrap().is_none(), "one at a time");
    drop(given_up);
    assert!(!revisions(&records).await.contains(&7));
    drop(records.begin_snapshot().await.unwrap().unwrap());
    let parts = files(&backend).into_iter().filter(|path| path.extension().unwrap() == "part");
    assert_eq!(parts.count(), 1);
    records.begin_snapshot().await.unwrap().unwrap().give_up().await.unwrap();
    assert!(files(&backend).iter().all(|path| path.extension().unwrap() == "jsonl"));
}

#[tokio::test]
async fn a_large_file_is_ended_so_that_a_snapshot_of_another_process_covers_it() {
    let (_dir, backend, records) = store().await;
    let large = |revision| {
        let body = Bytes::from(vec![b'x'; 4 << 20]);
        let (repository, digest) = ("base/debian".parse().unwrap(), Digest::sha256(&body));
        let (media_type, at) = (MediaType::OCTET_STREAM, Timestamp::UNIX_EPOCH);
        Record::Manifest { repository, revision, digest, media_type, at, body }
    };
    for revision in 1..=3 {
        records.append(vec![large(revision)]).await.unwrap();
    }
    assert_eq!(files(&backend).len(), 1);
    records.append(vec![manifest(5)]).await.unwrap();
    assert_eq!(files(&backend).len(), 2);
    let other =
        DiskRecords::beside(&DiskBackend::open(backend.folder().into(), Sharing::Shared).await.unwrap());
    for _ in 0..2 {
        other.begin_snapshot().await.unwrap().unwrap().finish().await.unwrap();
    }
    assert_eq!(revisions(&records).await, [5]);
}

#[tokio::test]
async fn a_file_whose_flush_failed_is_not_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let machine = UnreliablePower::on(dir.path().join("store"));
    let backend = machine.open().await.unwrap();
    let records = DiskRecords::beside(&backend);
    records.append(vec![manifest(1)]).await.unwrap();
    // The write goes well, the flush does not.
    machine.full_after(1);
    let failed = records.append(vec![manifest(2)]).await.unwrap_err();
    assert!(matches!(failed, BackendError::Full { .. }), "{failed}");
    records.append(vec![manifest(3)]).await.unwrap();
    assert_eq!(files(&backend).len(), 2);
    drop((records, backend));
    machine.restart(Losing::Everything).unwrap();
    let records = DiskRecords::beside(&machine.open().await.unwrap());
    assert_eq!(revisions(&records).await, [1, 3]);
}

/// Appends and makes snapshots of all that was acknowledged, as long as there is power.
async fn work(records: &DiskRecords, acknowledged: &mut Vec<u64>) -> Result<(), BackendError> {
    for round in 0..4 {
        for revision in [3 * round, 3 * round + 1] {
            records.append(vec![manifest(revision)]).await?;
            acknowledged.push(revision);
        }
        let mut snapshot = records.begin_snapshot().await?.unwrap();
        let all = acknowledged.iter().map(|revision| manifest(*revision)).collect();
        records.append(vec![manifest(3 * round + 2)]).await?;
        acknowledged.push(3 * round + 2);
        snapshot.add(all).await?;
        snapshot.finish().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_is_read_after_a_cut_before_any_step() {
    let dir = tempfile::tempdir().unwrap();
    let whole = UnreliablePower::on(dir.path().join("whole"));
    work(&DiskRecords::beside(&whole.open().await.unwrap()), &mut Vec::new()).await.unwrap();
    for losing in [Losing::Everything, Losing::Bytes] {
        for cut in 0..=whole.steps() {
            let machine = UnreliablePower::on(dir.path().join(format!("{losing:?}-{cut}")));
            machine.cut_after(cut);
            let mut acknowledged = Vec::new();
            if let Ok(backend) = machine.open().await {
                let done = work(&DiskRecords::beside(&backend), &mut acknowledged).await;
                assert_eq!(done.is_ok(), cut == whole.steps());
            }
            machine.restart(losing).unwrap();
            let records = DiskRecords::beside(&machine.open().await.unwrap());
            let read = revisions(&records).await;
            // One more may have been written and not acknowledged.
            assert!(read.starts_with(&acknowledged) && read.len() <= acknowledged.len() + 1, "cut at {cut}");
            assert!(all(&records).await.iter().all(|read| matches!(read, ReadRecord::Record(_))));
        }
    }
}
