//! What is taken away.

use std::sync::Arc;

use portolan_oci::{Digest, TagOrDigest};

use super::check::{Broken, Outcome, hold};
use super::place::{Deleting, PlaceUnderTest};
use super::samples::Image;
use super::steps::{by_tag, put, tag};
use super::tags::set;
use crate::{Deleted, PutAs, Target, TransportError};

/// Two images: the first is `one` and `uno`, the second `two`.
async fn two_images(place: &dyn PlaceUnderTest) -> Result<(Arc<dyn Target>, Image, Image), Broken> {
    let target = place.target().await?;
    let (one, two) = (Image::oci("one")?, Image::oci("two")?);
    for (image, name) in [(&one, "one"), (&one, "uno"), (&two, "two")] {
        put(&*target, image, &PutAs::Tag(tag(name)?)).await?;
    }
    Ok((target, one, two))
}

/// `None` if the place refuses to delete and may.
async fn delete(
    place: &dyn PlaceUnderTest,
    target: &dyn Target,
    reference: &TagOrDigest,
) -> Result<Option<Deleted>, Broken> {
    match (target.delete(reference).await, place.expectations().deleting) {
        (Err(TransportError::Unsupported { .. } | TransportError::Denied { .. }), Deleting::Refused) => {
            Ok(None)
        }
        (answer, Deleting::Refused) => Err(Broken(format!("refusal was expected, the answer is {answer:?}"))),
        (answer, Deleting::Works) => Ok(Some(answer?)),
    }
}

async fn there(target: &dyn Target, reference: &TagOrDigest) -> Result<bool, Broken> {
    Ok(target.stat_manifest(reference).await?.is_some())
}

async fn only_that_tag_is_gone(target: &dyn Target, one: &Image) -> Outcome {
    hold!(!there(target, &by_tag("one")?).await?, "a deleted tag is still there");
    hold!(there(target, &by_tag("uno")?).await?, "another tag of the same manifest went with it");
    hold!(there(target, &(*one.manifest.digest()).into()).await?, "the manifest went with one of its tags");
    Ok(())
}

pub(super) async fn one_tag(place: &dyn PlaceUnderTest) -> Outcome {
    let (target, one, _) = two_images(place).await?;
    if !target.capabilities().delete_tag.is_possible() {
        return Ok(());
    }
    let deleted = match target.delete(&by_tag("one")?).await {
        // Refused just now, and the capabilities know it from here on.
        Err(TransportError::Unsupported { .. }) if !target.capabilities().delete_tag.is_possible() => {
            return Ok(());
        }
        answer => answer?,
    };
    hold!(deleted == Deleted::Tag, "the deletion of a tag did {deleted:?}");
    only_that_tag_is_gone(&*target, &one).await?;
    target.close().await?;
    let left = set(place.source(target.location()).await?.tags().await?)?;
    hold!(left.iter().eq(["two", "uno"]), "after the deletion of `one` there are {left:?}");
    Ok(())
}

pub(super) async fn one_manifest(place: &dyn PlaceUnderTest) -> Outcome {
    let (target, one, two) = two_images(place).await?;
    let digest: Digest = *one.manifest.digest();
    let Some(deleted) = delete(place, &*target, &digest.into()).await? else { return Ok(()) };
    hold!(deleted == Deleted::Manifest(digest), "the deletion of a manifest did {deleted:?}");
    for gone in [by_tag("one")?, by_tag("uno")?, digest.into()] {
        hold!(!there(&*target, &gone).await?, "the manifest was deleted, but {gone} is there");
    }
    hold!(there(&*target, &(*two.manifest.digest()).into()).await?, "another manifest went with it");
    target.close().await?;
    let left = set(place.source(target.location()).await?.tags().await?)?;
    hold!(
        left.iter().eq(["two"]),
        "after the deletion of the manifest of `one` and `uno` there are {left:?}"
    );
    Ok(())
}

pub(super) async fn what_is_not_there(place: &dyn PlaceUnderTest) -> Outcome {
    let (target, _, _) = two_images(place).await?;
    let Some(deleted) = delete(place, &*target, &Digest::sha256(b"never there").into()).await? else {
        return Ok(());
    };
    hold!(deleted == Deleted::NotThere, "the deletion of nothing did {deleted:?}");
    Ok(())
}
