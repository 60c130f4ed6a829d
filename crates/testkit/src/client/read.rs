//! Reading back what a registry holds.

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Method, StatusCode};
use reqwest::Response;
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha512};

use super::Client;
use crate::digest;

const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, */*";

/// A manifest as the registry gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The exact bytes.
    pub bytes: Bytes,
    /// The `Content-Type` of the answer.
    pub media_type: String,
    /// The SHA-256 digest of the bytes, computed here.
    pub digest: String,
}

impl Fetched {
    /// The manifest as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("a manifest is JSON")
    }
}

impl Client {
    /// The manifest under a tag or digest.
    ///
    /// Panics when the registry answers anything but 200.
    pub async fn manifest(&self, repository: &str, reference: &str) -> Fetched {
        let answer = self.get_manifest(repository, reference).await;
        let status = answer.status();
        assert!(status.is_success(), "GET of manifest {repository} {reference}: {status}");
        fetched(answer).await
    }

    /// The manifest under a tag or digest, `None` on 404.
    pub async fn find_manifest(&self, repository: &str, reference: &str) -> Option<Fetched> {
        let answer = self.get_manifest(repository, reference).await;
        match answer.status() {
            StatusCode::OK => Some(fetched(answer).await),
            StatusCode::NOT_FOUND => None,
            other => panic!("GET of manifest {repository} {reference}: {other}"),
        }
    }

    /// As [`Self::find_manifest`], while somebody else may be pushing: docker-registry writes the link of a tag in place, and
    /// answers with 500 to whoever reads it in that moment. That is `None` too.
    pub async fn find_manifest_under_way(&self, repository: &str, reference: &str) -> Option<Fetched> {
        let answer = self.get_manifest(repository, reference).await;
        match answer.status() {
            StatusCode::OK => Some(fetched(answer).await),
            StatusCode::NOT_FOUND | StatusCode::INTERNAL_SERVER_ERROR => None,
            other => panic!("GET of manifest {repository} {reference}: {other}"),
        }
    }

    async fn get_manifest(&self, repository: &str, reference: &str) -> Response {
        let url = self.at(repository, &format!("manifests/{reference}"));
        self.send(repository, || self.http.get(&url).header("accept", MANIFESTS)).await
    }

    /// The blob's bytes; panics when there is no such blob.
    pub async fn blob(&self, repository: &str, digest: &str) -> Bytes {
        let answer = self.get_blob(repository, digest).await;
        assert!(answer.status().is_success(), "GET of blob {repository} {digest}: {}", answer.status());
        answer.bytes().await.expect("the whole blob")
    }

    /// Whether the repository has the blob (HEAD).
    pub async fn has_blob(&self, repository: &str, digest: &str) -> bool {
        self.status(Method::HEAD, &format!("/v2/{repository}/blobs/{digest}")).await.is_success()
    }

    async fn get_blob(&self, repository: &str, digest: &str) -> Response {
        let url = self.at(repository, &format!("blobs/{digest}"));
        self.send(repository, || self.http.get(&url)).await
    }

    /// The repository's tags in byte order; empty when there is no such repository.
    pub async fn tags(&self, repository: &str) -> Vec<String> {
        let url = self.at(repository, "tags/list");
        let answer = self.send(repository, || self.http.get(&url)).await;
        if answer.status() == StatusCode::NOT_FOUND {
            return Vec::new();
        }
        assert!(answer.status().is_success(), "tag list of {repository}: {}", answer.status());
        let body = answer.bytes().await.expect("a tag list");
        let body: Value = serde_json::from_slice(&body).expect("a tag list is JSON");
        let listed = body.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut tags: Vec<String> = listed.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
        tags.sort();
        tags
    }

    /// What the registry lists as referrers of a manifest; `None` where it has no referrers API.
    pub async fn referrers(&self, repository: &str, digest: &str) -> Option<Vec<Value>> {
        let url = self.at(repository, &format!("referrers/{digest}"));
        let answer = self.send(repository, || self.http.get(&url)).await;
        if answer.status() == StatusCode::NOT_FOUND {
            return None;
        }
        assert!(answer.status().is_success(), "referrers of {repository} {digest}: {}", answer.status());
        let body = answer.bytes().await.expect("a list of referrers");
        let body: Value = serde_json::from_slice(&body).expect("a list of referrers is JSON");
        Some(descriptors(&body, "manifests").cloned().collect())
    }

    /// Reads the image under a tag or digest whole, and checks the digest and size of everything in it.
    ///
    /// Returns how many manifests and blobs there were.
    ///
    /// # Errors
    ///
    /// Says what is missing or wrong first.
    pub async fn check_image(&self, repository: &str, reference: &str) -> Result<usize, String> {
        let mut seen = 0;
        let mut todo = vec![reference.to_owned()];
        while let Some(next) = todo.pop() {
            let Some(manifest) = self.find_manifest(repository, &next).await else {
                return Err(format!("manifest {next} of {repository} is missing"));
            };
            if next.contains(':') && !digest::matches(&next, &manifest.bytes) {
                return Err(format!("manifest {next} of {repository} has other bytes"));
            }
            seen += 1;
            let json = manifest.json();
            todo.extend(descriptors(&json, "manifests").map(|child| text(child, "digest")));
            let config = json.get("config").into_iter();
            for blob in config.chain(descriptors(&json, "layers")).chain(descriptors(&json, "blobs")) {
                self.check_blob(repository, blob).await?;
                seen += 1;
            }
        }
        Ok(seen)
    }

    async fn check_blob(&self, repository: &str, descriptor: &Value) -> Result<(), String> {
        let digest = text(descriptor, "digest");
        let answer = self.get_blob(repository, &digest).await;
        let urls = descriptor.get("urls").is_some();
        match answer.status() {
            StatusCode::NOT_FOUND if urls => return Ok(()),
            StatusCode::OK => {}
            other => return Err(format!("blob {digest} of {repository}: {other}")),
        }
        let (size, sha256, sha512) = hash(answer).await.map_err(|error| format!("blob {digest}: {error}"))?;
        if Some(size) != descriptor.get("size").and_then(Value::as_u64) {
            return Err(format!("blob {digest} of {repository} has {size} bytes"));
        }
        if digest != sha256 && digest != sha512 {
            return Err(format!("blob {digest} of {repository} has other bytes"));
        }
        Ok(())
    }
}

async fn fetched(answer: Response) -> Fetched {
    let media_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let bytes = answer.bytes().await.expect("the whole manifest");
    Fetched { media_type, digest: digest::sha256(&bytes), bytes }
}

/// Size, SHA-256 and SHA-512 of a body, without holding it.
async fn hash(answer: Response) -> Result<(u64, String, String), reqwest::Error> {
    let (mut size, mut short, mut long) = (0, Sha256::new(), Sha512::new());
    let mut body = answer.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece = piece?;
        size += piece.len() as u64;
        short.update(&piece);
        long.update(&piece);
    }
    let sha256 = format!("sha256:{}", hex::encode(short.finalize()));
    Ok((size, sha256, format!("sha512:{}", hex::encode(long.finalize()))))
}

fn descriptors<'a>(manifest: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    manifest.get(field).and_then(Value::as_array).into_iter().flatten()
}

fn text(descriptor: &Value, field: &str) -> String {
    descriptor.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}
