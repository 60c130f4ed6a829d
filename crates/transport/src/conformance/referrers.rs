//! What refers to what.

use std::collections::BTreeMap;

use portolan_oci::{Descriptor, Digest, RawManifest};

use super::check::{Broken, Outcome, hold};
use super::place::PlaceUnderTest;
use super::samples::{Image, fallback_index};
use super::steps::{put, tag};
use crate::{PutAs, PutOutcome, ReferrersVia, Source, Target};

pub(super) async fn none(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let image = Image::oci("without referrers")?;
    put(&*target, &image, &PutAs::Tag(tag("alone")?)).await?;
    target.close().await?;
    let source = place.source(target.location()).await?;
    for subject in [*image.manifest.digest(), Digest::sha256(b"nothing")] {
        let found = source.referrers(&subject, None).await?;
        hold!(found.descriptors.is_empty(), "nothing refers to {subject}, but found were {found:?}");
    }
    Ok(())
}

fn by_digest(descriptors: Vec<Descriptor>) -> BTreeMap<Digest, Descriptor> {
    descriptors.into_iter().map(|found| (found.digest, found)).collect()
}

async fn both_listed(source: &dyn Source, subject: &RawManifest, referrers: &[&RawManifest]) -> Outcome {
    let found = by_digest(source.referrers(subject.digest(), None).await?.descriptors);
    hold!(found.len() == referrers.len(), "{} referrers were put, found were {found:?}", referrers.len());
    for wanted in referrers {
        let Some(descriptor) = found.get(wanted.digest()) else {
            return Err(Broken(format!("{} refers to the subject and is not listed", wanted.digest())));
        };
        hold!(
            descriptor.artifact_type.as_ref() == wanted.parsed().artifact_type(),
            "a referrer is listed with the artifact type {:?}",
            descriptor.artifact_type
        );
        hold!(
            descriptor.annotations == *wanted.parsed().annotations(),
            "a referrer is listed with the annotations {:?}",
            descriptor.annotations
        );
        let kind = wanted.parsed().artifact_type();
        let of_kind = source.referrers(subject.digest(), kind).await?.descriptors;
        hold!(
            of_kind.iter().map(|found| found.digest).eq([*wanted.digest()]),
            "asked for {kind:?}, found were {of_kind:?}"
        );
    }
    Ok(())
}

/// The subject and two referrers; whether the place lists them by itself.
async fn subject_and_two(target: &dyn Target) -> Result<(Image, [Image; 2], PutOutcome), Broken> {
    let subject = Image::oci("subject")?;
    let referrers =
        [Image::referring("sbom", &subject.manifest)?, Image::referring("signature", &subject.manifest)?];
    put(target, &subject, &PutAs::Tag(tag("subject")?)).await?;
    let mut outcome = PutOutcome::Stored;
    for referrer in &referrers {
        outcome = put(target, referrer, &PutAs::Digest).await?;
    }
    Ok((subject, referrers, outcome))
}

pub(super) async fn listed_with_type_and_annotations(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let (subject, [one, two], outcome) = subject_and_two(&*target).await?;
    if outcome == PutOutcome::Stored {
        return Ok(());
    }
    target.close().await?;
    let source = place.source(target.location()).await?;
    both_listed(&*source, &subject.manifest, &[&one.manifest, &two.manifest]).await?;
    let via = source.referrers(subject.manifest.digest(), None).await?.via;
    hold!(via == ReferrersVia::Api, "the place lists referrers by itself, but they came by {via:?}");
    Ok(())
}

pub(super) async fn by_fallback_tag(place: &dyn PlaceUnderTest) -> Outcome {
    let target = place.target().await?;
    let (subject, [one, two], outcome) = subject_and_two(&*target).await?;
    let listed = [one.manifest.referrer_descriptor(), two.manifest.referrer_descriptor()];
    let fallback = fallback_index(&listed)?;
    let name = PutAs::Tag(subject.manifest.digest().fallback_tag());
    target.put_manifest(&fallback, &name).await?;
    target.close().await?;
    let source = place.source(target.location()).await?;
    both_listed(&*source, &subject.manifest, &[&one.manifest, &two.manifest]).await?;
    if outcome == PutOutcome::Stored {
        let via = source.referrers(subject.manifest.digest(), None).await?.via;
        let same = matches!(&via, ReferrersVia::FallbackTag(raw) if raw.bytes() == fallback.bytes());
        hold!(same, "the fallback tag's index was not carried: {via:?}");
    }
    Ok(())
}
