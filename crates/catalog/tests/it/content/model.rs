//! Random schedules of writers, collectors and a verifier: the catalogue does what the table of states in
//! `docs/src/adr/0026-garbage-collection.md` says, and no bytes are lost.

mod state;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use portolan_catalog::{
    BlobGeneration, BlobPlace, BlobToWrite, CommitBlob, Content, MarkDamaged, MountBlob, NewBlob, UnlinkBlob,
};
use portolan_oci::{Digest, RepositoryName};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use super::{Bench, digest, name};
use crate::Scratch;
use crate::scratch::on_each_database;
use state::{Blob, Links};

on_each_database!(the_catalogue_does_what_the_table_of_states_says);

const SCHEDULES: usize = 20;
const STEPS: usize = 70;
const BLOBS: usize = 2;
const REPOSITORIES: usize = 2;
const WRITERS: usize = 3;
const COLLECTORS: usize = 2;

/// One step of somebody; passed over where it makes no sense.
#[derive(Debug, Clone)]
enum Step {
    /// Looks whether the blob is to be written, and places its bytes if so.
    Place {
        writer: usize,
        repository: usize,
        blob: usize,
    },
    /// Commits what it has placed; places it again if it is told to.
    Commit {
        writer: usize,
    },
    Mount {
        repository: usize,
        blob: usize,
        from: usize,
    },
    Unlink {
        repository: usize,
        blob: usize,
    },
    ExpireLinks,
    Condemn,
    Doom,
    /// Reads which files are to be removed.
    List {
        collector: usize,
    },
    Remove {
        collector: usize,
    },
    Settle {
        collector: usize,
    },
    /// Finds the bytes wrong and sets them aside.
    Damage {
        blob: usize,
    },
    SettleDamaged,
    Sweep,
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let (writer, collector) = (0..WRITERS, 0..COLLECTORS);
    let (repository, blob) = (0..REPOSITORIES, 0..BLOBS);
    let other = repository.clone();
    prop_oneof![
        4 => (writer.clone(), repository.clone(), blob.clone())
            .prop_map(|(writer, repository, blob)| Step::Place { writer, repository, blob }),
        5 => writer.prop_map(|writer| Step::Commit { writer }),
        1 => (repository.clone(), blob.clone(), other)
            .prop_map(|(repository, blob, from)| Step::Mount { repository, blob, from }),
        2 => (repository, blob.clone()).prop_map(|(repository, blob)| Step::Unlink { repository, blob }),
        1 => Just(Step::ExpireLinks),
        3 => Just(Step::Condemn),
        3 => Just(Step::Doom),
        2 => collector.clone().prop_map(|collector| Step::List { collector }),
        2 => collector.clone().prop_map(|collector| Step::Remove { collector }),
        2 => collector.prop_map(|collector| Step::Settle { collector }),
        1 => blob.prop_map(|blob| Step::Damage { blob }),
        1 => Just(Step::SettleDamaged),
        1 => Just(Step::Sweep),
        1 => Just(Step::Forget),
    ]
}

/// A writer between placing bytes and committing them.
#[derive(Debug, Clone, Copy)]
struct Writing {
    repository: usize,
    blob: usize,
    /// None if it found bytes there.
    placed: Option<u64>,
}

/// A collector with the files that it is to remove.
#[derive(Debug, Clone, Default)]
struct Collecting {
    listed: Vec<(usize, u64)>,
    removed: bool,
}

/// What there should be, and who is at it; beside it what there is.
struct World {
    content: Content,
    raw: DatabaseConnection,
    digests: [Digest; BLOBS],
    names: [RepositoryName; REPOSITORIES],
    blobs: [Blob; BLOBS],
    links: BTreeSet<(usize, usize)>,
    /// Files, by blob and generation.
    files: BTreeSet<(usize, u64)>,
    writers: [Option<Writing>; WRITERS],
    collectors: [Collecting; COLLECTORS],
}

fn later() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

async fn the_catalogue_does_what_the_table_of_states_says(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let mut runner = TestRunner::default();
    for number in 0..SCHEDULES {
        let steps = proptest::collection::vec(step(), STEPS).new_tree(&mut runner).unwrap().current();
        let mut world = World {
            content: bench.content.clone(),
            raw: scratch.raw().await,
            digests: std::array::from_fn(|blob| digest(&format!("{number} {blob}"))),
            names: std::array::from_fn(|repository| name(&format!("s{number}/r{repository}"))),
            blobs: [Blob::Absent; BLOBS],
            links: BTreeSet::new(),
            files: BTreeSet::new(),
            writers: [None; WRITERS],
            collectors: std::array::from_fn(|_| Collecting::default()),
        };
        for (nth, step) in steps.iter().enumerate() {
            world.take(step).await;
            world.check(&steps[..=nth]).await;
        }
        world.raw.close().await.unwrap();
    }
}

impl World {
    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Place { writer, repository, blob } => self.place(writer, repository, blob).await,
            Step::Commit { writer } => self.commit(writer).await,
            Step::Mount { repository, blob, from } => self.mount(repository, blob, from).await,
            Step::Unlink { repository, blob } => self.unlink(repository, blob).await,
            Step::ExpireLinks => {
                self.content.expire_links(later(), None).await.unwrap();
                self.links.clear();
            }
            Step::Condemn => {
                self.content.condemn_blobs(None).await.unwrap();
                self.each(Blob::condemn);
            }
            Step::Doom => {
                self.content.doom_blobs(later()).await.unwrap();
                self.each(Blob::doom);
            }
            Step::SettleDamaged => {
                self.content.settle_damaged(later(), None).await.unwrap();
                self.each(Blob::settle_damaged);
            }
            Step::List { collector } => self.list(collector).await,
            Step::Remove { collector } => self.remove(collector),
            Step::Settle { collector } => self.settle(collector).await,
            Step::Damage { blob } => self.damage(blob).await,
            Step::Sweep => self.sweep().await,
            Step::Forget => self.forget().await,
        }
    }

    fn each(&mut self, turn: impl Fn(Blob, Links) -> Blob) {
        for (blob, state) in self.blobs.iter_mut().enumerate() {
            let links = self.links.iter().filter(|link| link.1 == blob);
            *state = turn(*state, Links::of(links));
        }
    }

    fn generation(&self, (blob, generation): (usize, u64)) -> BlobGeneration {
        BlobGeneration { digest: self.digests[blob], generation }
    }

    async fn place(&mut self, writer: usize, repository: usize, blob: usize) {
        if self.writers[writer].is_some() {
            return;
        }
        let found = self.content.blob_to_write(&self.digests[blob]).await.unwrap();
        assert_eq!(found, self.blobs[blob].to_write());
        let placed = match found {
            BlobToWrite::Present { .. } => None,
            BlobToWrite::Absent { generation } => Some(generation),
        };
        self.files.extend(placed.map(|generation| (blob, generation)));
        self.writers[writer] = Some(Writing { repository, blob, placed });
    }

    async fn commit(&mut self, writer: usize) {
        let Some(Writing { repository, blob, placed }) = self.writers[writer] else { return };
        let place = placed.map(|generation| BlobPlace::File { generation });
        let new = NewBlob { digest: self.digests[blob], size: 3, place };
        let became = self.content.commit_blobs(&self.names[repository], vec![new], None).await.unwrap();
        let (next, expected) = self.blobs[blob].commit(placed);
        assert_eq!(became, [expected]);
        self.blobs[blob] = next;
        self.writers[writer] = None;
        match expected {
            CommitBlob::WriteAgain { generation } => {
                self.files.insert((blob, generation));
                self.writers[writer] = Some(Writing { repository, blob, placed: Some(generation) });
                return;
            }
            CommitBlob::Superfluous => {
                let dead = placed.filter(|placed| *placed < next.generation());
                dead.map(|generation| self.files.remove(&(blob, generation)));
            }
            CommitBlob::Live => {}
        }
        self.links.insert((repository, blob));
    }

    async fn mount(&mut self, repository: usize, blob: usize, from: usize) {
        let (to, from_name) = (&self.names[repository], &self.names[from]);
        let mounted = self.content.mount_blob(to, &self.digests[blob], from_name).await.unwrap();
        let links = Links::of(self.links.get(&(from, blob)).into_iter());
        let (next, there) = self.blobs[blob].mount(links);
        assert_eq!(matches!(mounted, MountBlob::Mounted { .. }), there);
        self.blobs[blob] = next;
        if there {
            self.links.insert((repository, blob));
        }
    }

    async fn unlink(&mut self, repository: usize, blob: usize) {
        let unlinked = self.content.unlink_blob(&self.names[repository], &self.digests[blob]).await.unwrap();
        let was = self.links.remove(&(repository, blob));
        assert_eq!(unlinked == UnlinkBlob::Unlinked, was);
    }

    /// Those of this schedule's blobs that are listed.
    async fn list(&mut self, collector: usize) {
        let mut listed = Vec::new();
        let mut after = None;
        loop {
            let batch = self.content.deleting_blobs(after.as_ref()).await.unwrap();
            let Some(last) = batch.last() else { break };
            after = Some(last.digest);
            for one in batch {
                let ours = self.digests.iter().position(|digest| *digest == one.digest);
                listed.extend(ours.map(|blob| (blob, one.generation)));
            }
        }
        self.collectors[collector] = Collecting { listed, removed: false };
    }

    fn remove(&mut self, collector: usize) {
        for (blob, generation) in self.collectors[collector].listed.clone() {
            assert!(!self.blobs[blob].has_bytes_at(generation), "bytes that are read are removed");
            self.files.remove(&(blob, generation));
        }
        self.collectors[collector].removed = true;
    }

    async fn settle(&mut self, collector: usize) {
        let done = std::mem::take(&mut self.collectors[collector]);
        if !done.removed {
            return;
        }
        let files: Vec<_> = done.listed.iter().map(|file| self.generation(*file)).collect();
        self.content.settle_blobs(&files).await.unwrap();
        for (blob, generation) in done.listed {
            self.blobs[blob] = self.blobs[blob].settle(generation);
        }
    }

    async fn damage(&mut self, blob: usize) {
        let generation = self.blobs[blob].generation();
        let marked = self.content.mark_damaged(self.generation((blob, generation))).await.unwrap();
        let there = self.blobs[blob].has_bytes_at(generation);
        assert_eq!(marked == MarkDamaged::Marked, there);
        if there {
            self.blobs[blob] = Blob::Damaged(generation);
            self.files.remove(&(blob, generation));
        }
    }

    /// It waits until nobody is between placing and committing.
    async fn sweep(&mut self) {
        if self.writers.iter().any(Option::is_some) {
            return;
        }
        let files: Vec<_> = self.files.iter().map(|file| self.generation(*file)).collect();
        let named = self.content.named_blobs(&files).await.unwrap();
        let digests = self.digests;
        self.files.retain(|(blob, generation)| {
            named.contains(&BlobGeneration { digest: digests[*blob], generation: *generation })
        });
    }

    /// Only when no removal, and no writer that read an old generation, can be under way.
    async fn forget(&mut self) {
        let idle = self.writers.iter().all(Option::is_none);
        if idle && self.collectors.iter().all(|collector| collector.listed.is_empty()) {
            while self.content.forget_blobs(later()).await.unwrap() > 0 {}
            self.each(|blob, _| blob.forget());
        }
    }

    /// What there is, is what should be; and what always holds does.
    async fn check(&self, steps: &[Step]) {
        let backend = self.raw.get_database_backend();
        let sql = match backend {
            sea_orm::DbBackend::Postgres => "SELECT state, generation FROM content_blob WHERE digest = $1",
            _ => "SELECT state, generation FROM content_blob WHERE digest = ?",
        };
        for (blob, state) in self.blobs.iter().enumerate() {
            let digest = self.digests[blob];
            let statement = Statement::from_sql_and_values(backend, sql, [digest.to_stored().into()]);
            let row = self.raw.query_one_raw(statement).await.unwrap();
            let row = row.map(|row| row.try_get_many_by_index::<(i64, i64)>().unwrap());
            assert_eq!(row, state.row(), "blob {blob} after {steps:?}");
            for (repository, name) in self.names.iter().enumerate() {
                let linked = self.links.contains(&(repository, blob));
                let found = self.content.find_blob(name, &digest).await.unwrap();
                let live = matches!(state, Blob::Live(_));
                assert_eq!(found.is_some(), linked && live, "{repository} of {blob} after {steps:?}");
                let held = live || matches!(state, Blob::Damaged(_));
                assert!(!linked || held, "a link to {state:?} after {steps:?}");
            }
            let generation = state.generation();
            let there = self.files.contains(&(blob, generation));
            assert!(there || !state.has_bytes_at(generation), "{state:?} without file after {steps:?}");
        }
    }
}
