//! Many at once.

use std::sync::Arc;

use super::check::{Broken, Outcome, hold};
use super::place::PlaceUnderTest;
use super::samples::Image;
use super::steps::{by_tag, put, tag};
use super::tags::set;
use crate::{PutAs, Target, TransportResult};

const WRITERS: usize = 24;

async fn write_all(targets: &[Arc<dyn Target>]) -> Result<Vec<(String, Image)>, Broken> {
    let mut images = Vec::new();
    for number in 0..WRITERS {
        images.push((format!("t{number}"), Image::oci(&format!("writer {number}"))?));
    }
    let mut tasks = Vec::new();
    for ((name, image), target) in images.iter().cloned().zip(targets.iter().cycle()) {
        let (name, target) = (PutAs::Tag(tag(&name)?), Arc::clone(target));
        tasks.push(tokio::spawn(async move { put(&*target, &image, &name).await }));
    }
    for task in tasks {
        let written: TransportResult<_> = task.await.map_err(|error| Broken(error.to_string()))?;
        written?;
    }
    Ok(images)
}

async fn nothing_is_lost(place: &dyn PlaceUnderTest, targets: &[Arc<dyn Target>]) -> Outcome {
    let Some(first) = targets.first() else { return Ok(()) };
    let images = write_all(targets).await?;
    for target in targets {
        target.close().await?;
    }
    let source = place.source(first.location()).await?;
    let listed = set(source.tags().await?)?;
    hold!(
        listed.len() == WRITERS,
        "{WRITERS} tags were written at once, {} are left: {listed:?}",
        listed.len()
    );
    for (name, image) in &images {
        let found = source.manifest(&by_tag(name)?).await?;
        hold!(found.digest() == image.manifest.digest(), "{name} got the manifest of another writer");
    }
    Ok(())
}

pub(super) async fn many_tags_at_once(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    nothing_is_lost(place, &[target]).await
}

pub(super) async fn two_targets_at_once(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let Some(other) = place.target_again(target.location()).await? else { return Ok(()) };
    nothing_is_lost(place, &[target, other]).await
}
