//! The database is lost: what stands in the store makes the same catalogue again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use portolan_catalog::{BlobPlace, Catalog, ChangeCause, Content, DatabaseLocation, TagRange};
use portolan_oci::{Digest, MediaType, RawManifest, RepositoryName, Tag, TagOrDigest};
use portolan_store::{
    BlobBackend as _, BlobKey, DiskBackend, DiskRecords, Rebuilt, Record, RecordKeeper as _, Sharing, rebuild,
};
use serde_json::json;
use tempfile::TempDir;

/// Revisions, and what the tag names since then.
type Events = Vec<(u64, Option<Digest>)>;

/// What the catalogue had, by its own account and not by any code that is tested.
#[derive(Debug, Default, Clone)]
struct Expected {
    revisions: BTreeMap<RepositoryName, u64>,
    manifests: BTreeMap<(RepositoryName, Digest), Bytes>,
    tags: BTreeMap<(RepositoryName, Tag), Digest>,
    events: BTreeMap<(RepositoryName, Tag), Events>,
    blobs: BTreeMap<Digest, u64>,
}

/// A store, and what is expected of it.
struct Bench {
    dir: TempDir,
    backend: DiskBackend,
    records: DiskRecords,
    expected: Expected,
    put: BTreeSet<BlobKey>,
    random: u64,
}

impl Bench {
    async fn new(seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let backend = DiskBackend::open(dir.path().join("store"), Sharing::Alone).await.unwrap();
        let records = DiskRecords::beside(&backend);
        Self { dir, backend, records, expected: Expected::default(), put: BTreeSet::new(), random: seed }
    }

    fn pick(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % below
    }

    /// An image of two blobs, which are there.
    async fn image(&mut self, number: u64) -> RawManifest {
        let blobs = [format!("config {number}"), format!("layer {}", number % 5)];
        for blob in &blobs {
            let key = BlobKey { digest: Digest::sha256(blob.as_bytes()), generation: number % 3 };
            let highest = self.expected.blobs.entry(key.digest).or_default();
            *highest = key.generation.max(*highest);
            if self.put.insert(key) {
                drop(self.backend.put(&key, Bytes::from(blob.clone())).await.unwrap());
            }
        }
        let [config, layer] = blobs.map(|blob| {
            json!({"mediaType": "application/octet-stream", "digest": Digest::sha256(blob.as_bytes()), "size": blob.len()})
        });
        let document = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config,
            "layers": [layer],
        });
        RawManifest::new(document.to_string().into(), None).unwrap()
    }

    /// Something that a client could do, and its records.
    async fn act(&mut self) {
        let repository: RepositoryName = format!("team/app-{}", self.pick(3)).parse().unwrap();
        let tag: Tag = format!("v{}", self.pick(6)).parse().unwrap();
        let records = match self.pick(8) {
            0 => self.delete_tag(&repository, &tag),
            1 => self.delete_manifest(&repository),
            _ => {
                let number = self.pick(20);
                let raw = self.image(number).await;
                self.push(&repository, &tag, &raw)
            }
        };
        self.records.append(records.clone()).await.unwrap();
        if self.pick(10) == 0 {
            // As it is when a line that was missing is appended after all.
            self.records.append(records).await.unwrap();
        }
    }

    fn advance(&mut self, repository: &RepositoryName) -> (u64, Timestamp) {
        let revision = self.expected.revisions.entry(repository.clone()).or_default();
        *revision += 1;
        (*revision, Timestamp::from_microsecond(i64::try_from(*revision).unwrap()).unwrap())
    }

    fn push(&mut self, repository: &RepositoryName, tag: &Tag, raw: &RawManifest) -> Vec<Record> {
        let ((revision, at), digest) = (self.advance(repository), *raw.digest());
        let key = (repository.clone(), digest);
        let mut records = vec![self.move_tag(repository, tag, Some(digest), revision)];
        if self.expected.manifests.insert(key, raw.bytes().clone()).is_none() {
            let (repository, body) = (repository.clone(), raw.bytes().clone());
            let media_type: MediaType = raw.media_type().clone();
            records.push(Record::Manifest { repository, revision, digest, media_type, at, body });
        }
        records
    }

    fn move_tag(
        &mut self,
        repository: &RepositoryName,
        tag: &Tag,
        digest: Option<Digest>,
        revision: u64,
    ) -> Record {
        let key = (repository.clone(), tag.clone());
        match digest {
            Some(digest) => self.expected.tags.insert(key.clone(), digest),
            None => self.expected.tags.remove(&key),
        };
        self.expected.events.entry(key).or_default().push((revision, digest));
        let at = Timestamp::from_microsecond(i64::try_from(revision).unwrap()).unwrap();
        let (cause, actor) = (ChangeCause::Push, "anna".to_owned());
        Record::Tag { repository: repository.clone(), revision, name: tag.clone(), digest, at, cause, actor }
    }

    fn delete_tag(&mut self, repository: &RepositoryName, tag: &Tag) -> Vec<Record> {
        if !self.expected.tags.contains_key(&(repository.clone(), tag.clone())) {
            return Vec::new();
        }
        let (revision, _) = self.advance(repository);
        vec![self.move_tag(repository, tag, None, revision)]
    }

    fn delete_manifest(&mut self, repository: &RepositoryName) -> Vec<Record> {
        let found = self.expected.manifests.keys().find(|(name, _)| name == repository).cloned();
        let Some((repository, digest)) = found else { return Vec::new() };
        let (revision, at) = self.advance(&repository);
        self.expected.manifests.remove(&(repository.clone(), digest));
        let named =
            self.expected.tags.iter().filter(|((name, _), named)| *name == repository && **named == digest);
        let tags: Vec<Tag> = named.map(|((_, tag), _)| tag.clone()).collect();
        let moved = tags.iter().map(|tag| self.move_tag(&repository, tag, None, revision));
        let mut records: Vec<_> = moved.collect();
        records.push(Record::ManifestDeleted { repository, revision, digest, at });
        records
    }

    /// Makes a catalogue of the store and holds it to what is expected.
    async fn must_come_back(&self, expected: &Expected) -> Rebuilt {
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(dir.path()).await;
        let content = catalog.content();
        let rebuilt = rebuild(&self.backend, &self.records, &content).await.unwrap();
        // Nothing is there twice after a second try.
        assert_eq!(rebuild(&self.backend, &self.records, &content).await.unwrap(), rebuilt);
        expected.must_be(&content).await;
        catalog.close().await.unwrap();
        rebuilt
    }
}

async fn open(folder: &Path) -> Catalog {
    Catalog::open(&DatabaseLocation::SqliteFile(folder.join("portolan.db"))).await.unwrap()
}

impl Expected {
    fn repositories(&self) -> BTreeSet<&RepositoryName> {
        self.manifests.keys().map(|(name, _)| name).collect()
    }

    async fn must_be(&self, content: &Content) {
        let names = content.repositories(None, None).await.unwrap().names;
        assert_eq!(names.iter().collect::<BTreeSet<_>>(), self.repositories());
        for (name, revision) in &self.revisions {
            let tags = content.tags(name, &TagRange::default()).await.unwrap();
            let Some(tags) = tags else { continue };
            let expected = self.tags.keys().filter(|(of, _)| of == name).map(|(_, tag)| tag.as_str());
            assert_eq!(tags.tags.iter().collect::<BTreeSet<_>>(), expected.collect());
            assert!(tags.revision > *revision, "what comes now is newer than all that was");
        }
        for ((name, tag), digest) in &self.tags {
            let stat = content.stat_manifest(name, &tag.clone().into()).await.unwrap().unwrap();
            assert_eq!(stat.digest, *digest, "{name}:{tag}");
        }
        for ((name, digest), body) in &self.manifests {
            let by_digest = TagOrDigest::from(*digest);
            let found = content.find_manifest(name, &by_digest).await.unwrap().unwrap();
            assert_eq!(found.body, *body);
            let manifest: serde_json::Value = serde_json::from_slice(body).unwrap();
            for part in [&manifest["config"], &manifest["layers"][0]] {
                let digest: Digest = part["digest"].as_str().unwrap().parse().unwrap();
                let blob = content.find_blob(name, &digest).await.unwrap().unwrap();
                let generation = self.blobs[&digest];
                assert_eq!(
                    (blob.size, blob.place),
                    (part["size"].as_u64().unwrap(), BlobPlace::File { generation })
                );
            }
        }
        for ((name, tag), events) in &self.events {
            let history = content.tag_history(name, tag, None).await.unwrap();
            let last: Vec<_> = events.iter().rev().take(history.len().max(1)).copied().collect();
            let history: Vec<_> = history.iter().map(|event| (event.revision, event.digest)).collect();
            assert_eq!(history, last, "{name}:{tag}");
        }
    }
}

#[tokio::test]
async fn two_thousand_random_operations_come_back() {
    let mut bench = Bench::new(0x2545_f491_4f6c_dd1d).await;
    for _ in 0..2000 {
        bench.act().await;
    }
    let rebuilt = bench.must_come_back(&bench.expected).await;
    let expected = &bench.expected;
    assert_eq!(rebuilt.manifests, expected.manifests.len() as u64);
    assert_eq!(rebuilt.tags, expected.tags.len() as u64);
    assert_eq!(rebuilt.repositories, expected.repositories().len() as u64);
    assert_eq!((rebuilt.unreadable.len(), rebuilt.lost_tags.len(), rebuilt.wrong_manifests.len()), (0, 0, 0));
}

/// What was not acknowledged is there or not; all else is.
#[tokio::test]
async fn a_last_line_that_is_cut_off_costs_nothing_that_was_acknowledged() {
    let mut bench = Bench::new(77).await;
    for _ in 0..30 {
        bench.act().await;
    }
    let before = bench.expected.clone();
    let folder = bench.dir.path().join("store/records");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let length = fs::read(&file).unwrap().len();
    let raw = bench.image(3).await;
    let records = bench.push(&"team/app-0".parse().unwrap(), &"last".parse().unwrap(), &raw);
    bench.records.append(records[..1].to_vec()).await.unwrap();
    let whole = fs::read(&file).unwrap();
    for cut in [length, length + 1, length + 20, whole.len() - 1] {
        fs::write(&file, &whole[..cut]).unwrap();
        bench.must_come_back(&before).await;
    }
}

/// The layer lies in a pack, and a second pack is damaged.
#[tokio::test]
async fn what_lies_in_packs_comes_back() {
    let mut bench = Bench::new(1).await;
    let (repository, tag) = ("team/app-0".parse().unwrap(), "v1".parse().unwrap());
    let raw = bench.image(1).await;
    let records = bench.push(&repository, &tag, &raw);
    bench.records.append(records).await.unwrap();
    let layer = Bytes::from_static(b"layer 1");
    let digest = Digest::sha256(&layer);
    bench.backend.remove(&BlobKey { digest, generation: 1 }).await.unwrap();
    let mut pack = bench.backend.begin_pack().await.unwrap();
    pack.add(vec![(digest, layer)]).await.unwrap();
    let sealed = pack.seal().await.unwrap();
    let damaged = bench.backend.begin_pack().await.unwrap().seal().await.unwrap();
    let file = bench.dir.path().join(format!("store/packs/{}.pack", damaged.name));
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();

    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path()).await;
    let rebuilt = rebuild(&bench.backend, &bench.records, &catalog.content()).await.unwrap();
    assert_eq!((rebuilt.packed, rebuilt.wrong_packs), (1, vec![damaged.name]));
    let blob = catalog.content().find_blob(&repository, &digest).await.unwrap().unwrap();
    assert_eq!(blob.place, BlobPlace::Packed { pack: sealed.name, offset: sealed.entries[0].offset });
    catalog.close().await.unwrap();
}

#[tokio::test]
async fn what_cannot_come_back_is_told() {
    let mut bench = Bench::new(1).await;
    let repository: RepositoryName = "team/app-0".parse().unwrap();
    let raw = bench.image(1).await;
    let mut records = bench.push(&repository, &"gone".parse().unwrap(), &raw);
    if let Some(Record::Manifest { body, .. }) = records.last_mut() {
        *body = Bytes::from_static(b"{}");
    }
    let damaged = Digest::sha256(b"config 1");
    records.push(Record::Damaged { digest: damaged, generation: 1, at: Timestamp::UNIX_EPOCH });
    bench.records.append(records).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(dir.path()).await;
    let rebuilt = rebuild(&bench.backend, &bench.records, &catalog.content()).await.unwrap();
    assert_eq!(rebuilt.wrong_manifests, [(repository.clone(), *raw.digest())]);
    assert_eq!(rebuilt.lost_tags, [(repository, "gone".parse().unwrap())]);
    assert_eq!((rebuilt.blobs, rebuilt.manifests, rebuilt.tags), (1, 0, 0));
    catalog.close().await.unwrap();
}
