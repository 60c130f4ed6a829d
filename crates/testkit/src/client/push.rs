//! Filling a registry.

use http::{Method, StatusCode};
use reqwest::Response;

use super::Client;
use crate::image::{Blob, Tree};
use crate::zoo::Exhibit;

impl Client {
    /// Pushes an exhibit with everything that belongs to it: the image, its tags, its referrers
    /// (with the indexes of their fallback tags where there is no referrers API), and its extra tags.
    ///
    /// Panics when the registry refuses any of it.
    pub async fn push(&self, repository: &str, exhibit: &Exhibit) {
        let pushed = self.try_push(repository, exhibit).await;
        pushed.unwrap_or_else(|refusal| panic!("{} to {repository}: {refusal}", exhibit.name));
    }

    /// The same where the registry may refuse it.
    ///
    /// # Errors
    ///
    /// What was refused first, and in which words.
    pub async fn try_push(&self, repository: &str, exhibit: &Exhibit) -> Result<(), String> {
        self.push_tree(repository, &exhibit.root, &exhibit.tags).await?;
        for referrer in &exhibit.referrers {
            self.push_tree(repository, referrer, &[]).await?;
        }
        let needs_tags =
            !exhibit.referrers.is_empty() && self.referrers(repository, &exhibit.root.digest).await.is_none();
        let lists = if needs_tags { exhibit.fallback_indexes() } else { Vec::new() };
        for (tag, tree) in exhibit.extra_tags.iter().cloned().chain(lists) {
            self.push_tree(repository, &tree, &[tag]).await?;
        }
        Ok(())
    }

    /// Pushes blobs, children and the manifest, under its digest and these tags.
    ///
    /// # Errors
    ///
    /// What was refused first, and in which words.
    pub async fn push_tree(&self, repository: &str, tree: &Tree, tags: &[String]) -> Result<(), String> {
        for (manifest, blobs) in tree.bottom_up() {
            for blob in blobs {
                self.push_blob(repository, blob).await?;
            }
            created(self.send_manifest(repository, &manifest.digest, manifest).await).await?;
        }
        for tag in tags {
            created(self.send_manifest(repository, tag, tree).await).await?;
        }
        Ok(())
    }

    /// Puts only the manifest under a tag or digest, and says what the registry answered.
    pub async fn put_manifest(&self, repository: &str, reference: &str, tree: &Tree) -> StatusCode {
        self.send_manifest(repository, reference, tree).await.status()
    }

    async fn send_manifest(&self, repository: &str, reference: &str, tree: &Tree) -> Response {
        let url = self.at(repository, &format!("manifests/{reference}"));
        let build = || self.http.put(&url).header("content-type", &tree.media_type).body(tree.bytes.clone());
        self.send(repository, build).await
    }

    /// Makes the repository have the blob: by a mount where this client pushed it to another repository
    /// before, else by an upload in one stream. A blob whose bytes are kept elsewhere is left out.
    ///
    /// # Errors
    ///
    /// The words in which the registry refused it.
    pub async fn push_blob(&self, repository: &str, blob: &Blob) -> Result<(), String> {
        let Some(content) = blob.content() else { return Ok(()) };
        let known = self.pushed.lock().expect("no panic under the lock").get(&blob.digest).cloned();
        let start = match &known {
            Some(from) if from == repository => return Ok(()),
            Some(from) => format!("blobs/uploads/?mount={}&from={from}", blob.digest),
            None => "blobs/uploads/".to_owned(),
        };
        let url = self.at(repository, &start);
        let started = self.send(repository, || self.http.post(&url).header("content-length", "0")).await;
        if started.status() != StatusCode::ACCEPTED {
            return created(started).await;
        }
        let session = self.session(&started, &blob.digest);
        let size = blob.size.to_string();
        let build = || {
            let request = self.http.put(&session).header("content-length", &size);
            request.header("content-type", "application/octet-stream").body(content.body())
        };
        created(self.send(repository, build).await).await?;
        let mut pushed = self.pushed.lock().expect("no panic under the lock");
        pushed.insert(blob.digest.clone(), repository.to_owned());
        Ok(())
    }

    /// Deletes a manifest by its digest (or, where the registry can, by tag), and says what it answered.
    pub async fn delete(&self, repository: &str, reference: &str) -> StatusCode {
        self.status(Method::DELETE, &format!("/v2/{repository}/manifests/{reference}")).await
    }

    /// Where the upload goes on, with the digest that ends it.
    fn session(&self, started: &Response, digest: &str) -> String {
        let location = started.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.expect("an upload has a Location");
        let base = url::Url::parse(&self.url).expect("the registry's address is a URL");
        let mut url = base.join(location).expect("a Location is a URL");
        url.query_pairs_mut().append_pair("digest", digest);
        url.into()
    }
}

/// Whether the registry took what was sent; if not, its words.
async fn created(answer: Response) -> Result<(), String> {
    let status = answer.status();
    if status == StatusCode::CREATED {
        return Ok(());
    }
    let path = answer.url().path().to_owned();
    Err(format!("{path}: {status}: {}", answer.text().await.unwrap_or_default().trim()))
}
