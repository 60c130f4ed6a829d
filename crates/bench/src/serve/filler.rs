//! Filling a server with more repositories and tags than anybody looks through.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use portolan_testkit::client::Client as Pusher;
use portolan_testkit::zoo::Exhibit;
use reqwest::StatusCode;

use super::{Portolan, ServeError};
use crate::row::Row;

/// Repositories that are made at once.
const FILLING: usize = 16;

/// Makes the repositories of a row, each with all of its tags, which name the row's image.
pub(crate) async fn fill(server: &Portolan, row: Row, scale: f64) -> Result<(), ServeError> {
    let client = Pusher::new(server.url());
    for (repository, image) in &row.images(scale) {
        client.try_push(repository, image).await.map_err(ServeError::Refused)?;
        let tags: Vec<String> = (0..row.tags(scale)).map(|nth| format!("tag=t{nth}")).collect();
        // One PUT sets all tags of a repository.
        let reference = format!("{}?{}", image.root.digest, tags.join("&"));
        let name = |nth: u64| format!("many/{:02}/{nth:05}", nth % 100);
        let made = (0..row.times(scale)).map(|nth| make(&client, name(nth), image, &reference));
        stream::iter(made).buffer_unordered(FILLING).try_collect::<()>().await?;
        if client.tags(&name(0)).await.len() != tags.len() {
            return Err(ServeError::Answer("to a PUT with tags, and did not set them".to_owned()));
        }
    }
    Ok(())
}

/// Mounts the image's blobs and puts its manifest.
async fn make(
    client: &Pusher,
    repository: String,
    image: &Exhibit,
    reference: &str,
) -> Result<(), ServeError> {
    for blob in &image.root.blobs {
        client.push_blob(&repository, blob).await.map_err(ServeError::Refused)?;
    }
    put(client, &repository, (reference, image)).await
}

/// Puts the manifest of an image under a tag, or under its digest with tags beside it.
pub(crate) async fn put(
    client: &Pusher,
    repository: &str,
    (reference, image): (&str, &Exhibit),
) -> Result<(), ServeError> {
    match client.put_manifest(repository, reference, &image.root).await {
        StatusCode::CREATED => Ok(()),
        other => Err(ServeError::Answer(format!("{other} to the PUT of a manifest"))),
    }
}
