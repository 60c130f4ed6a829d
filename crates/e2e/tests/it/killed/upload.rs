use std::collections::{HashMap, HashSet};

use http::{Method, StatusCode};
use portolan_catalog::{Place, SavedUpload};
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::Exhibit;
use tempfile::TempDir;

use super::points::points;
use super::work::{self, CHUNK};
use super::worker::Worker;
use crate::desk::{Desk, Manners};

/// The digest that a PUT ends its upload with.
fn committed(record: &Record) -> Option<String> {
    let (_, digest) = record.query.split_once("digest=").filter(|_| record.method == Method::PUT)?;
    Some(digest.split('&').next()?.replace("%3A", ":"))
}

/// Whether it brings bytes of a blob.
fn sends(record: &Record) -> bool {
    record.path.contains("/blobs/uploads/") && record.request_bytes > 0
}

/// Two runs as a proxy saw them.
struct Runs {
    first: Vec<Record>,
    second: Vec<Record>,
}

impl Runs {
    /// The blob of each upload, by its path: from the request that ended it, or from the journal.
    fn blobs(&self, saved: &[SavedUpload]) -> HashMap<String, String> {
        let ended = self.first.iter().chain(&self.second);
        let ended = ended.filter_map(|record| Some((record.path.clone(), committed(record)?)));
        ended.chain(saved.iter().map(|upload| (path_of(upload), upload.digest.to_string()))).collect()
    }

    /// What the registry had confirmed before the kill.
    fn finished(&self) -> HashSet<String> {
        let confirmed = self.first.iter().filter(|record| record.status == Some(StatusCode::CREATED));
        confirmed.filter_map(committed).collect()
    }

    /// Panics if any byte of a finished blob was sent again.
    fn assert_finished_blobs_are_left_alone(&self, blobs: &HashMap<String, String>) {
        let finished = self.finished();
        for record in self.second.iter().filter(|record| sends(record)) {
            // All uploads of the second run have ended, so each has its digest.
            let digest = &blobs[&record.path];
            assert!(!finished.contains(digest), "{} sends {digest} again", record.line());
        }
    }

    /// Whether the registry may have taken a chunk of which the journal knows nothing: the process was killed
    /// between the last byte and the note. docker-registry 2.8 gives such an upload up.
    fn is_in_doubt(&self, upload: &SavedUpload) -> bool {
        let path = path_of(upload);
        self.first.iter().any(|record| {
            let range = record.range.as_deref().and_then(|range| range.split_once('-'));
            let Some((Ok(start), Ok(last))) = range.map(|(a, b)| (a.parse::<u64>(), b.parse::<u64>())) else {
                return false;
            };
            record.path == path && start >= upload.offset && record.request_bytes == last + 1 - start
        })
    }

    /// Panics unless the upload went on at the boundary that the journal had noted.
    fn assert_continued(&self, upload: &SavedUpload, blobs: &HashMap<String, String>, size: u64) {
        let digest = upload.digest.to_string();
        let mine = |record: &&Record| sends(record) && blobs.get(&record.path) == Some(&digest);
        let again: Vec<_> = self.second.iter().filter(mine).collect();
        let range = again[0].range.clone().unwrap_or_default();
        assert!(range.starts_with(&format!("{}-", upload.offset)), "{} with {range}", again[0].line());
        assert!(upload.offset > 0 && upload.offset.is_multiple_of(CHUNK));
        assert_eq!(again.iter().map(|record| record.request_bytes).sum::<u64>(), size - upload.offset);
    }
}

/// The path of the session that the journal keeps.
fn path_of(upload: &SavedUpload) -> String {
    let session = upload.session["session"].as_str().unwrap();
    let (_, path) = session.split_once("/v2/").unwrap();
    format!("/v2/{}", path.split('?').next().unwrap_or_default())
}

/// What the journal in `dir` knows of uploads to the repository.
async fn saved(dir: &TempDir, host: &str, repository: &str, image: &Exhibit) -> Vec<SavedUpload> {
    let desk = Desk::at(dir.path(), Manners::default()).await;
    let (journal, place) = (desk.journal(), Place::new(host, repository));
    let mut saved = Vec::new();
    for blob in &image.root.blobs {
        saved.extend(journal.upload(&place, &blob.digest.parse().unwrap()).await.unwrap());
    }
    saved
}

struct Yard {
    image: Exhibit,
    source: Registry,
    target: Registry,
    proxy: Proxy,
}

impl Yard {
    async fn new() -> Option<Self> {
        let image = work::image();
        let (source, target) = (work::registry(&image).await?, Registry::start().await?);
        let proxy = Proxy::before(&target).await;
        Some(Self { image, source, target, proxy })
    }

    /// Copies to a new repository, is killed at `point`, and copies again; judges what came of it.
    async fn kill_and_go_on(&self, repository: &str, point: u64) -> (Runs, Vec<SavedUpload>) {
        let dir = TempDir::new().unwrap();
        let (from, to) = (self.source.reference("r", "v1"), self.proxy.reference(repository, "v1"));
        self.proxy.clear();
        let passed = || self.proxy.records().iter().map(|record| record.request_bytes).sum();
        Worker::start(dir.path(), &from, &to).kill_at(point, passed).await;
        let client = self.target.client();
        assert_eq!(client.tags(repository).await, Vec::<String>::new(), "what is not whole has no tag");
        let first = self.proxy.records();
        let saved = saved(&dir, self.proxy.host(), repository, &self.image).await;
        self.proxy.clear();
        Worker::start(dir.path(), &from, &to).finish().await;
        let runs = Runs { first, second: self.proxy.records() };
        assert_eq!(client.manifest(repository, "v1").await.bytes, self.image.root.bytes);
        client.check_image(repository, "v1").await.unwrap();
        (runs, saved)
    }
}

/// Behind a proxy that passes whole requests on, so that a break never leaves half a chunk at the registry:
/// docker-registry 2.8 gives up an upload that broke in the middle of a chunk.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_uploads_go_on_at_their_last_chunk_and_finished_blobs_are_not_sent_again() {
    let Some(yard) = Yard::new().await else { return };
    yard.proxy.gather_requests();
    let mut continued = 0;
    for (nth, point) in points(work::bytes_of(&yard.image)).enumerate() {
        let (runs, saved) = yard.kill_and_go_on(&format!("r{nth}"), point).await;
        let blobs = runs.blobs(&saved);
        runs.assert_finished_blobs_are_left_alone(&blobs);
        for upload in saved.iter().filter(|upload| !runs.finished().contains(&upload.digest.to_string())) {
            if !runs.is_in_doubt(upload) {
                let digest = upload.digest.to_string();
                let blob = yard.image.root.blobs.iter().find(|blob| blob.digest == digest);
                runs.assert_continued(upload, &blobs, blob.unwrap().size);
                continued += 1;
            }
        }
    }
    assert!(continued > 0, "no kill hit an upload that could go on");
}

/// The registry sees the break itself.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_in_plain_sight_finished_blobs_are_not_sent_again() {
    let Some(yard) = Yard::new().await else { return };
    for (nth, point) in points(work::bytes_of(&yard.image)).enumerate().step_by(2) {
        let (runs, saved) = yard.kill_and_go_on(&format!("r{nth}"), point).await;
        runs.assert_finished_blobs_are_left_alone(&runs.blobs(&saved));
    }
}
