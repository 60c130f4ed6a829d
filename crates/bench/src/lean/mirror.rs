//! All images of several repositories, with as few requests as it takes.
//!
//! Each repository is asked for its tags on both sides, and each image is read; a blob that several repositories
//! share is sent to the first that comes and mounted by the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::sync::{OnceCell, Semaphore};

use super::{LeanError, PARALLEL, Place, below, blob, blobs, client, manifest, put};

/// Images under way at once.
const IMAGES: usize = 32;

struct Mirror {
    http: Client,
    /// Blobs under way at once.
    places: Semaphore,
    /// Where each blob was brought first.
    brought: Mutex<HashMap<String, Arc<OnceCell<String>>>>,
}

/// Copies all images of the repositories from one host to the other.
pub(crate) async fn mirror(source: &str, target: &str, repositories: &[String]) -> Result<(), LeanError> {
    let mirror = Mirror { http: client()?, places: Semaphore::new(PARALLEL), brought: Mutex::default() };
    let mut images = Vec::new();
    for repository in repositories {
        let base = |host: &str| format!("http://{host}/v2/{repository}");
        // What is there already would be left out here; the target is empty.
        mirror.tags(&base(target)).await?;
        for tag in mirror.tags(&base(source)).await? {
            let place = |host| Place { base: base(host), tag: tag.clone() };
            images.push((repository.as_str(), place(source), place(target)));
        }
    }
    let copies = images.iter().map(|(repository, source, target)| mirror.copy(repository, source, target));
    stream::iter(copies).buffer_unordered(IMAGES).try_collect().await
}

impl Mirror {
    async fn tags(&self, base: &str) -> Result<Vec<String>, LeanError> {
        let answer = self.http.get(format!("{base}/tags/list")).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let bytes = answer.error_for_status()?.bytes().await?;
        let list: Value = serde_json::from_slice(&bytes).map_err(|_| LeanError::Answer("a list of tags"))?;
        let tags = list.get("tags").and_then(Value::as_array).into_iter().flatten();
        Ok(tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect())
    }

    async fn copy(&self, repository: &str, source: &Place, target: &Place) -> Result<(), LeanError> {
        let root = manifest(&self.http, source, &source.tag, &target.tag).await?;
        let manifests = below(&self.http, source, root).await?;
        let blobs = blobs(&manifests)?;
        let brought = blobs.iter().map(|digest| self.bring(repository, source, target, digest));
        stream::iter(brought).buffer_unordered(PARALLEL).try_collect::<()>().await?;
        put(&self.http, target, &manifests).await
    }

    async fn bring(
        &self,
        repository: &str,
        source: &Place,
        target: &Place,
        digest: &str,
    ) -> Result<(), LeanError> {
        let cell = {
            let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(brought.entry(digest.to_owned()).or_default())
        };
        let first = cell.get_or_try_init(|| async {
            let _place = self.places.acquire().await.map_err(|_| LeanError::Answer("a place"))?;
            blob(&self.http, source, target, digest).await?;
            Ok::<_, LeanError>(repository.to_owned())
        });
        let first = first.await?;
        if first != repository {
            let mount = format!("{}/blobs/uploads/?mount={digest}&from={first}", target.base);
            self.http.post(mount).send().await?.error_for_status()?;
        }
        Ok(())
    }
}
