//! The layers of an image in a file: the floor under a store that keeps what it acknowledges.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::pin::pin;

use futures::TryStreamExt as _;
use reqwest::header::CONTENT_LENGTH;

use super::{LeanError, client, digests, hashed, header, manifest, place};

/// Streams the layers into `file` while it hashes them, and syncs once, at the end.
pub(crate) async fn to_file(source: &str, file: &Path) -> Result<(), LeanError> {
    let (http, source) = (client()?, place(source)?);
    let root = manifest(&http, &source, &source.tag, &source.tag).await?;
    // Nothing else runs in this process that a write could hold up.
    let mut kept = File::create(file).map_err(LeanError::File)?;
    for layer in digests(&root.json, "layers")? {
        let url = format!("{}/blobs/{layer}", source.base);
        let read = http.get(url).send().await?.error_for_status()?;
        let length = header(&read, CONTENT_LENGTH.as_str())?;
        let left = length.parse().map_err(|_| LeanError::Answer("the length of a blob"))?;
        let mut pieces = pin!(hashed(read, layer, left));
        while let Some(piece) = pieces.try_next().await? {
            kept.write_all(&piece).map_err(LeanError::File)?;
        }
    }
    kept.sync_all().map_err(LeanError::File)
}
