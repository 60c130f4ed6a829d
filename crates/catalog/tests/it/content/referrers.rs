//! What refers to a manifest.

use portolan_catalog::{ReferrerKey, ReferrerPage};
use portolan_oci::{Descriptor, Digest, MediaType, RawManifest};
use serde_json::{Value, json};

use super::{Bench, anna, raw, referrer};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    what_refers_to_a_manifest_is_listed_by_type_and_digest,
    a_referrer_is_listed_while_it_is_to_be_seen,
    a_page_ends_at_four_megabytes,
);

async fn listed(bench: &Bench, subject: &RawManifest, kind: Option<&str>) -> Vec<Descriptor> {
    let kind: Option<MediaType> = kind.map(|kind| kind.parse().unwrap());
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = page(bench, subject, (kind.as_ref(), after.as_ref())).await;
        all.extend(page.descriptors.iter().map(|json| serde_json::from_str::<Descriptor>(json).unwrap()));
        match page.next {
            None => return all,
            next => after = next,
        }
    }
}

async fn page(
    bench: &Bench,
    subject: &RawManifest,
    (kind, after): (Option<&MediaType>, Option<&ReferrerKey>),
) -> ReferrerPage {
    bench.content.referrers(&bench.app, subject.digest(), kind, after).await.unwrap()
}

async fn what_refers_to_a_manifest_is_listed_by_type_and_digest(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let config = bench.blobs(&bench.app, &["config"]).await;
    assert_eq!(listed(&bench, &image, None).await, []);
    let mut put = Vec::new();
    for kind in ["application/sbom", "application/signature", "application/Sbom"] {
        for layer in ["a", "b", "c"] {
            let layers = bench.blobs(&bench.app, &[layer]).await;
            let mut document: Value =
                serde_json::from_slice(referrer(&image, kind, &config[0]).bytes()).unwrap();
            document["layers"] = json!(layers);
            let artifact = raw(&document);
            bench.put(&artifact, &[]).await;
            put.push(artifact.referrer_descriptor());
        }
    }
    put.sort_by(|one, two| (&one.artifact_type, one.digest).cmp(&(&two.artifact_type, two.digest)));
    assert_eq!(listed(&bench, &image, None).await, put);
    let sboms = listed(&bench, &image, Some("application/sbom")).await;
    assert_eq!(sboms, put[3..6]);
    assert_eq!(sboms[0].annotations.get("kind").map(String::as_str), Some("application/sbom"));
    assert_eq!(listed(&bench, &image, Some("application/other")).await, []);

    let key =
        |at: usize| ReferrerKey { artifact_type: put[at].artifact_type.clone(), digest: put[at].digest };
    for at in 0..9 {
        let rest = page(&bench, &image, (None, Some(&key(at)))).await;
        assert_eq!((rest.descriptors.len(), rest.next), (8 - at, None), "{at}");
    }
    let sbom = "application/sbom".parse().unwrap();
    let rest = page(&bench, &image, (Some(&sbom), Some(&key(3)))).await;
    assert_eq!(rest.descriptors.len(), 2);
    let nowhere = super::name("nowhere");
    let none = bench.content.referrers(&nowhere, image.digest(), None, None).await.unwrap();
    assert_eq!(none, ReferrerPage::default());
}

async fn a_referrer_is_listed_while_it_is_to_be_seen(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let config = bench.blobs(&bench.app, &["config"]).await;
    let signature = referrer(&image, "application/signature", &config[0]);
    bench.put(&signature, &["before-its-subject"]).await;
    let digests = |listed: Vec<Descriptor>| listed.iter().map(|one| one.digest).collect::<Vec<Digest>>();
    assert_eq!(digests(listed(&bench, &image, None).await), [*signature.digest()]);
    bench.content.delete_manifest(&bench.app, signature.digest(), &anna()).await.unwrap();
    assert_eq!(listed(&bench, &image, None).await, []);
    bench.put(&signature, &[]).await;
    assert_eq!(digests(listed(&bench, &image, None).await), [*signature.digest()]);
}

async fn a_page_ends_at_four_megabytes(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let config = bench.blobs(&bench.app, &["config"]).await;
    for number in 0..7 {
        let bytes = referrer(&image, "application/large", &config[0]);
        let mut document: Value = serde_json::from_slice(bytes.bytes()).unwrap();
        document["annotations"] = json!({"number": number.to_string(), "much": "x".repeat(1 << 20)});
        bench.put(&raw(&document), &[]).await;
    }
    let first = page(&bench, &image, (None, None)).await;
    // A fourth of more than a mebibyte would make it larger than a manifest may be.
    assert_eq!(first.descriptors.len(), 3);
    let last: Descriptor = serde_json::from_str(&first.descriptors[2]).unwrap();
    assert_eq!(first.next.as_ref().map(|key| key.digest), Some(last.digest));
    let second = page(&bench, &image, (None, first.next.as_ref())).await;
    assert_eq!(second.descriptors.len(), 3);
    let third = page(&bench, &image, (None, second.next.as_ref())).await;
    assert_eq!((third.descriptors.len(), third.next), (1, None));
    assert_eq!(listed(&bench, &image, Some("application/large")).await.len(), 7);
}
