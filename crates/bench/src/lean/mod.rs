//! The leanest client that copies an image: the floor under all figures.
//!
//! It reads the manifests, streams each blob once from one registry into the other while it hashes it, and
//! puts the manifests, children first. It keeps no journal, repeats nothing, knows no login and no TLS, and
//! holds nothing back for a second look; so a client that does these things cannot be expected to be faster.

mod file;
mod mirror;

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response, StatusCode};
use rustls::RootCertStore;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(crate) use file::to_file;
pub(crate) use mirror::mirror;

/// Blobs under way at once.
const PARALLEL: usize = 6;
pub(crate) const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// The image was not copied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeanError {
    /// Not `host:port/repository:tag`.
    #[error("`{0}` is no reference: host:port/repository:tag is meant")]
    Reference(String),
    /// A registry did not answer, or with an error.
    #[error("a registry refused")]
    Http(#[from] reqwest::Error),
    /// An answer is not what the specification wants.
    #[error("{0} in an answer is missing or wrong")]
    Answer(&'static str),
    /// The bytes are not those that were asked for.
    #[error("{0} has other bytes")]
    Digest(String),
    /// What was read cannot be kept.
    #[error("the file cannot be written")]
    File(#[source] std::io::Error),
}

/// A repository on one of the two sides, and a tag.
struct Place {
    base: String,
    tag: String,
}

struct Manifest {
    /// The tag or digest under which it goes to the target.
    name: String,
    media_type: String,
    bytes: Bytes,
    json: Value,
}

/// Copies one image with all its platforms.
pub(crate) async fn copy(source: &str, target: &str) -> Result<(), LeanError> {
    let http = client()?;
    let (source, target) = (place(source)?, place(target)?);
    let root = manifest(&http, &source, &source.tag, &target.tag).await?;
    if is_there(&http, &target, &root).await? {
        return Ok(());
    }
    let manifests = below(&http, &source, root).await?;
    let blobs = blobs(&manifests)?;
    let transfers = blobs.iter().map(|digest| blob(&http, &source, &target, digest));
    stream::iter(transfers).buffer_unordered(PARALLEL).try_collect::<()>().await?;
    put(&http, &target, &manifests).await
}

/// A manifest and all below it, parents first.
async fn below(http: &Client, source: &Place, root: Manifest) -> Result<Vec<Manifest>, LeanError> {
    let (mut manifests, mut next) = (vec![root], 0);
    while let Some(parent) = manifests.get(next) {
        for child in digests(&parent.json, "manifests")? {
            manifests.push(manifest(http, source, &child, &child).await?);
        }
        next += 1;
    }
    Ok(manifests)
}

/// The digests of all blobs that the manifests name.
fn blobs(manifests: &[Manifest]) -> Result<BTreeSet<String>, LeanError> {
    let mut blobs = BTreeSet::new();
    for one in manifests {
        blobs.extend(digests(&one.json, "layers")?);
        blobs.extend(one.json.pointer("/config/digest").and_then(Value::as_str).map(str::to_owned));
    }
    Ok(blobs)
}

/// Puts manifests, the last one first.
async fn put(http: &Client, target: &Place, manifests: &[Manifest]) -> Result<(), LeanError> {
    for one in manifests.iter().rev() {
        let url = format!("{}/manifests/{}", target.base, one.name);
        let put = http.put(url).header(CONTENT_TYPE, &one.media_type).body(one.bytes.clone());
        put.send().await?.error_for_status()?;
    }
    Ok(())
}

fn client() -> Result<Client, LeanError> {
    // The HTTP client wants some, though plain HTTP makes no use of them.
    Ok(trusting(RootCertStore::empty())?)
}

/// An HTTP/1.1 client that believes these authorities.
pub(crate) fn trusting(authorities: RootCertStore) -> reqwest::Result<Client> {
    _ = rustls::crypto::ring::default_provider().install_default();
    let tls = rustls::ClientConfig::builder().with_root_certificates(authorities).with_no_client_auth();
    Client::builder().no_proxy().http1_only().tls_backend_preconfigured(tls).build()
}

fn place(reference: &str) -> Result<Place, LeanError> {
    let wrong = || LeanError::Reference(reference.to_owned());
    let (host, rest) = reference.split_once('/').ok_or_else(wrong)?;
    let (repository, tag) = rest.rsplit_once(':').ok_or_else(wrong)?;
    Ok(Place { base: format!("http://{host}/v2/{repository}"), tag: tag.to_owned() })
}

async fn manifest(http: &Client, from: &Place, name: &str, to: &str) -> Result<Manifest, LeanError> {
    let url = format!("{}/manifests/{name}", from.base);
    let answer = http.get(url).header(ACCEPT, MANIFESTS).send().await?.error_for_status()?;
    let media_type = header(&answer, CONTENT_TYPE.as_str())?;
    let bytes = answer.bytes().await?;
    let json = serde_json::from_slice(&bytes).map_err(|_| LeanError::Answer("a manifest"))?;
    if name.contains(':') && digest(&bytes) != name {
        return Err(LeanError::Digest(name.to_owned()));
    }
    Ok(Manifest { name: to.to_owned(), media_type, bytes, json })
}

async fn is_there(http: &Client, target: &Place, root: &Manifest) -> Result<bool, LeanError> {
    let url = format!("{}/manifests/{}", target.base, target.tag);
    let answer = http.head(url).header(ACCEPT, MANIFESTS).send().await?;
    if answer.status() == StatusCode::NOT_FOUND {
        return Ok(false);
    }
    Ok(header(&answer.error_for_status()?, "docker-content-digest")? == digest(&root.bytes))
}

/// POST and PUT; the body of the PUT is the body of the GET while it comes in.
async fn blob(http: &Client, source: &Place, target: &Place, name: &str) -> Result<(), LeanError> {
    let read = http.get(format!("{}/blobs/{name}", source.base)).send().await?.error_for_status()?;
    let length = header(&read, CONTENT_LENGTH.as_str())?;
    let begun = http.post(format!("{}/blobs/uploads/", target.base)).send().await?.error_for_status()?;
    let upload = begun.url().join(&header(&begun, LOCATION.as_str())?);
    let mut upload = upload.map_err(|_| LeanError::Answer("the upload's address"))?;
    upload.query_pairs_mut().append_pair("digest", name);
    let left = length.parse().map_err(|_| LeanError::Answer("the length of a blob"))?;
    let body = reqwest::Body::wrap_stream(hashed(read, name.to_owned(), left));
    let put = http.put(upload).header(CONTENT_LENGTH, length).body(body);
    put.send().await?.error_for_status()?;
    Ok(())
}

/// The bytes of a blob; its last piece only if the digest is right.
fn hashed(read: Response, name: String, left: u64) -> impl Stream<Item = Result<Bytes, LeanError>> {
    let state = (read, Sha256::new(), left, name);
    stream::try_unfold(state, |(mut read, mut hasher, left, name)| async move {
        let Some(piece) = read.chunk().await? else { return Ok(None) };
        hasher.update(&piece);
        let left = left.saturating_sub(piece.len() as u64);
        if left == 0 && format!("sha256:{}", hex::encode(hasher.clone().finalize())) != name {
            return Err(LeanError::Digest(name));
        }
        Ok(Some((piece, (read, hasher, left, name))))
    })
}

fn digests(manifest: &Value, list: &str) -> Result<Vec<String>, LeanError> {
    let entries = manifest.get(list).and_then(Value::as_array).into_iter().flatten();
    let digest = |entry: &Value| entry.get("digest").and_then(Value::as_str).map(str::to_owned);
    entries.map(|entry| digest(entry).ok_or(LeanError::Answer("a digest"))).collect()
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

fn header(answer: &Response, name: &'static str) -> Result<String, LeanError> {
    let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
    value.map(str::to_owned).ok_or(LeanError::Answer(name))
}
