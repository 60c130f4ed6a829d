//! Manifests.

use portolan_catalog::{Children, ManifestStat, ManifestWas, NewManifest, PutManifest};
use portolan_oci::TagOrDigest;
use serde_json::json;

use super::{Bench, anna, descriptor, digest, image, index, name, new, raw, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    what_is_put_is_found_by_its_tags_and_its_digest,
    what_is_there_already_is_not_written_again,
    what_a_manifest_needs_has_to_be_in_its_repository,
    an_index_needs_its_manifests_unless_it_may_be_sparse,
    layers_that_may_not_be_redistributed_need_not_be_there,
    a_manifest_of_four_megabytes_comes_back_as_it_was,
);

async fn what_is_put_is_found_by_its_tags_and_its_digest(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let image = bench.image(&bench.app, "one").await;
    let (content, app) = (&bench.content, &bench.app);
    let by_tag = TagOrDigest::from(tag("1.0"));
    assert_eq!(content.stat_manifest(app, &by_tag).await.unwrap(), None);
    assert_eq!(content.repository_state(app).await.unwrap(), None, "nothing is to be seen yet");

    let stored = bench.put(&image, &["1.0", "latest"]).await;
    assert_eq!((stored.revision, stored.manifest), (1, ManifestWas::New));
    assert_eq!(stored.moved, [tag("1.0"), tag("latest")]);
    let stat =
        ManifestStat { digest: *image.digest(), media_type: image.media_type().clone(), size: image.size() };
    for reference in [by_tag.clone(), tag("latest").into(), (*image.digest()).into()] {
        assert_eq!(content.stat_manifest(app, &reference).await.unwrap(), Some(stat.clone()), "{reference}");
        let found = content.find_manifest(app, &reference).await.unwrap().unwrap();
        assert_eq!((found.digest, &found.media_type), (stat.digest, &stat.media_type));
        assert_eq!(found.body, *image.bytes());
    }
    for (repository, reference) in
        [(app, tag("1.0.0").into()), (app, digest("another").into()), (&name("team/other"), by_tag)]
    {
        assert_eq!(content.stat_manifest(repository, &reference).await.unwrap(), None);
        assert_eq!(content.find_manifest(repository, &reference).await.unwrap(), None);
    }
    assert_eq!(content.repository_state(app).await.unwrap().unwrap().revision, 1);
}

async fn what_is_there_already_is_not_written_again(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    bench.put(&one, &["a", "b"]).await;
    for tags in [&["a"][..], &["b", "a", "a"], &[]] {
        assert_eq!(bench.try_put(&one, tags).await, PutManifest::Unchanged, "{tags:?}");
    }
    let stored = bench.put(&one, &["a", "c"]).await;
    assert_eq!((stored.revision, stored.manifest), (2, ManifestWas::There));
    assert_eq!(stored.moved, [tag("c")]);
    let stored = bench.put(&two, &["b"]).await;
    assert_eq!((stored.revision, stored.manifest), (3, ManifestWas::New));
    let reference = TagOrDigest::from(tag("b"));
    let stat = bench.content.stat_manifest(&bench.app, &reference).await.unwrap().unwrap();
    assert_eq!(stat.digest, *two.digest());
    assert!(
        bench.content.stat_manifest(&bench.app, &(*one.digest()).into()).await.unwrap().is_some(),
        "one that lost a tag stays readable by its digest"
    );
}

async fn what_a_manifest_needs_has_to_be_in_its_repository(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let elsewhere = bench.image(&name("team/other"), "one").await;
    let missing = vec![digest("config of one"), digest("one")];
    assert_eq!(bench.try_put(&elsewhere, &["1"]).await, PutManifest::Missing(missing.clone()));
    assert_eq!(bench.content.repository_state(&bench.app).await.unwrap(), None);
    let layers = bench.blobs(&bench.app, &["config of one"]).await;
    assert_eq!(bench.try_put(&elsewhere, &["1"]).await, PutManifest::Missing(missing[1..].to_vec()));
    assert_eq!(bench.content.repository_state(&bench.app).await.unwrap(), None);
    // The same bytes as configuration and as layer are one part.
    let twice = image(&layers[0], &[layers[0].clone(), layers[0].clone()]);
    assert_eq!(bench.put(&twice, &["1"]).await.revision, 1);
}

async fn an_index_needs_its_manifests_unless_it_may_be_sparse(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    let both = index(&[&one, &two]);
    bench.put(&one, &[]).await;
    assert_eq!(bench.try_put(&both, &["1"]).await, PutManifest::Missing(vec![*two.digest()]));
    let sparse = NewManifest { children: Children::MayBeAbsent, ..new(&both, &["1"]) };
    let put = bench.content.put_manifest(&name("sparse"), &sparse, &anna()).await.unwrap();
    assert!(matches!(put, PutManifest::Stored(_)), "{put:?}");
    bench.put(&two, &[]).await;
    assert_eq!(bench.put(&both, &["1"]).await.revision, 3);
}

async fn layers_that_may_not_be_redistributed_need_not_be_there(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let config = bench.blobs(&bench.app, &["config"]).await;
    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let windows = image(&config[0], &[descriptor(foreign, "base")]);
    bench.put(&windows, &["ltsc"]).await;
}

async fn a_manifest_of_four_megabytes_comes_back_as_it_was(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let config = bench.blobs(&bench.app, &["config"]).await;
    let large = raw(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config[0],
        "layers": [],
        "annotations": {"much": "x".repeat(4_194_304 - 400)},
    }));
    bench.put(&large, &["large"]).await;
    let found = bench.content.find_manifest(&bench.app, &tag("large").into()).await.unwrap().unwrap();
    assert_eq!(found.body, *large.bytes());
}
