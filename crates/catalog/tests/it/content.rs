//! What the store holds: what is put is there, all of it or nothing.

mod blobs;
mod changes;
mod collection;
mod deletions;
mod dumps;
mod manifests;
mod model;
mod packs;
mod referrers;
mod restore;
mod sessions;
mod tags;
mod whose_store;

use portolan_catalog::{
    BlobPlace, By, Catalog, ChangeCause, Children, CommitBlob, Content, NewBlob, NewManifest, PutManifest,
    StoredManifest,
};
use portolan_oci::{Digest, RawManifest, RepositoryName, Tag};
use serde_json::{Value, json};

use crate::Scratch;

/// A catalogue with the repository that most tests are about.
struct Bench {
    catalog: Catalog,
    content: Content,
    app: RepositoryName,
}

impl Bench {
    async fn new(scratch: &Scratch) -> Self {
        let catalog = scratch.open().await;
        let content = catalog.content();
        Self { catalog, content, app: name("team/app") }
    }

    /// Commits blobs of these bytes as files, and returns their descriptors.
    async fn blobs(&self, repository: &RepositoryName, bytes: &[&str]) -> Vec<Value> {
        let new = bytes.iter().map(|bytes| file(bytes, 0)).collect();
        let became = self.content.commit_blobs(repository, new, None).await.unwrap();
        assert!(became.iter().all(|became| *became == CommitBlob::Live), "{became:?}");
        bytes.iter().map(|bytes| descriptor("application/vnd.oci.image.layer.v1.tar", bytes)).collect()
    }

    /// An image of which all blobs are in the repository.
    async fn image(&self, repository: &RepositoryName, text: &str) -> RawManifest {
        let config = format!("config of {text}");
        let layers = self.blobs(repository, &[&config, text]).await;
        image(&layers[0], &layers[1..])
    }

    async fn put(&self, raw: &RawManifest, tags: &[&str]) -> StoredManifest {
        match self.try_put(raw, tags).await {
            PutManifest::Stored(stored) => stored,
            other => panic!("{other:?}"),
        }
    }

    async fn try_put(&self, raw: &RawManifest, tags: &[&str]) -> PutManifest {
        self.content.put_manifest(&self.app, &new(raw, tags), &anna()).await.unwrap()
    }
}

fn name(text: &str) -> RepositoryName {
    text.parse().unwrap()
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

fn anna() -> By {
    By::new(ChangeCause::Push, "anna").through("node-1")
}

fn new(raw: &RawManifest, tags: &[&str]) -> NewManifest {
    let tags = tags.iter().map(|text| tag(text)).collect();
    NewManifest { raw: raw.clone(), tags, children: Children::Required }
}

fn digest(bytes: &str) -> Digest {
    Digest::sha256(bytes.as_bytes())
}

fn file(bytes: &str, generation: u64) -> NewBlob {
    NewBlob { digest: digest(bytes), size: bytes.len() as u64, place: Some(BlobPlace::File { generation }) }
}

fn descriptor(media_type: &str, bytes: &str) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes).to_string(), "size": bytes.len()})
}

fn raw(document: &Value) -> RawManifest {
    RawManifest::new(document.to_string().into(), None).unwrap()
}

fn image(config: &Value, layers: &[Value]) -> RawManifest {
    raw(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": layers,
    }))
}

/// An index of these manifests.
fn index(children: &[&RawManifest]) -> RawManifest {
    let manifests: Vec<Value> = children
        .iter()
        .map(|child| json!({"mediaType": child.media_type(), "digest": child.digest(), "size": child.size()}))
        .collect();
    raw(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests,
    }))
}

/// An artifact that refers to a manifest, and needs no more than what an image does.
fn referrer(subject: &RawManifest, kind: &str, config: &Value) -> RawManifest {
    raw(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": kind,
        "config": config,
        "layers": [],
        "subject": {
            "mediaType": subject.media_type(), "digest": subject.digest(), "size": subject.size(),
        },
        "annotations": {"kind": kind},
    }))
}
