//! Names of manifests.

use std::collections::BTreeSet;

use portolan_oci::Tag;

use super::check::{Broken, Outcome, hold};
use super::place::PlaceUnderTest;
use super::samples::Image;
use super::steps::{by_tag, put, tag};
use crate::PutAs;

pub(super) fn set(tags: Vec<Tag>) -> Result<BTreeSet<String>, Broken> {
    let count = tags.len();
    let set: BTreeSet<_> = tags.into_iter().map(|tag| tag.to_string()).collect();
    hold!(set.len() == count, "a tag is listed twice");
    Ok(set)
}

pub(super) async fn none_at_first(place: &dyn PlaceUnderTest) -> Outcome {
    let tags = place.target().await?.tags().await?;
    hold!(tags.is_empty(), "an empty repository has tags: {tags:?}");
    Ok(())
}

pub(super) async fn all_are_listed(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let image = Image::oci("many names")?;
    let mut wanted = BTreeSet::new();
    for name in ["latest", "1.0", "1.0-alpine_x", "UPPER", "_x", &"l".repeat(128)] {
        put(&*target, &image, &PutAs::Tag(tag(name)?)).await?;
        wanted.insert(name.to_owned());
    }
    for number in 0..30 {
        let name = format!("v{number}");
        target.put_manifest(&image.manifest, &PutAs::Tag(tag(&name)?)).await?;
        wanted.insert(name);
    }
    let listed = set(target.tags().await?)?;
    hold!(listed == wanted, "the target lists {listed:?}, not {wanted:?}");
    target.close().await?;
    let listed = set(place.source(target.location()).await?.tags().await?)?;
    hold!(listed == wanted, "the source lists {listed:?}, not {wanted:?}");
    Ok(())
}

pub(super) async fn one_moves(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let (before, after) = (Image::oci("before")?, Image::oci("after")?);
    put(&*target, &before, &PutAs::Tag(tag("moving")?)).await?;
    put(&*target, &before, &PutAs::Tag(tag("staying")?)).await?;
    put(&*target, &after, &PutAs::Tag(tag("moving")?)).await?;
    for (name, image) in [("moving", &after), ("staying", &before)] {
        let stat = target.stat_manifest(&by_tag(name)?).await?;
        let found = stat.map(|found| found.digest);
        hold!(found == Some(*image.manifest.digest()), "{name} points at {found:?} after the move");
    }
    target.close().await?;
    let source = place.source(target.location()).await?;
    let moved = source.resolve(&by_tag("moving")?).await?.digest;
    hold!(moved == *after.manifest.digest(), "the source still sees what the tag pointed at before");
    let old = source.resolve(&(*before.manifest.digest()).into()).await?.digest;
    hold!(old == *before.manifest.digest(), "what another tag points at was lost when a tag moved");
    Ok(())
}
