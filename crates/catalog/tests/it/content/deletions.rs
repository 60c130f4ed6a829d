//! Deleting, and going back to what was.

use portolan_catalog::{
    ChangeCause, ChangeKind, Children, DeleteManifest, DeleteTag, ManifestWas, PutManifest, RollBack,
    RollBackTo, RolledBack, UnlinkBlob,
};
use portolan_oci::{Digest, RawManifest};

use super::changes::read;
use super::{Bench, anna, digest, index, name, tag};
use crate::Scratch;
use crate::scratch::on_each_database;

on_each_database!(
    a_deleted_tag_leaves_its_manifest,
    a_deleted_manifest_takes_its_tags_along,
    a_repository_without_manifests_is_not_to_be_seen_until_it_has_one_again,
    a_tag_is_rolled_back_by_digest_and_by_revision,
    what_was_deleted_comes_back_with_all_below_it,
    what_is_no_longer_kept_is_named,
);

async fn named(bench: &Bench, text: &str) -> Option<Digest> {
    let stat = bench.content.stat_manifest(&bench.app, &tag(text).into()).await.unwrap();
    stat.map(|stat| stat.digest)
}

async fn delete(bench: &Bench, manifest: &RawManifest) -> DeleteManifest {
    bench.content.delete_manifest(&bench.app, manifest.digest(), &anna()).await.unwrap()
}

async fn roll_back(bench: &Bench, to: RollBackTo) -> RolledBack {
    let to = RollBack { tag: tag("1"), to, children: Children::Required };
    bench.content.roll_back(&bench.app, &to, &anna()).await.unwrap()
}

async fn a_deleted_tag_leaves_its_manifest(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    assert_eq!(content.delete_tag(app, &tag("1"), &anna()).await.unwrap(), DeleteTag::NotThere);
    let image = bench.image(app, "one").await;
    bench.put(&image, &["1", "2"]).await;
    let deleted = content.delete_tag(app, &tag("1"), &anna()).await.unwrap();
    let DeleteTag::Deleted { revision: 2, digest, .. } = deleted else { panic!("{deleted:?}") };
    assert_eq!(digest, *image.digest());
    assert_eq!(content.delete_tag(app, &tag("1"), &anna()).await.unwrap(), DeleteTag::NotThere);
    assert_eq!((named(&bench, "1").await, named(&bench, "2").await), (None, Some(digest)));
    assert!(content.find_manifest(app, &digest.into()).await.unwrap().is_some());
    let history = content.tag_history(app, &tag("1"), None).await.unwrap();
    assert_eq!(history.iter().map(|event| event.digest).collect::<Vec<_>>(), [None, Some(digest)]);
    let last = read(&bench).await.pop().unwrap();
    assert_eq!((last.kind, last.tag, last.digest), (ChangeKind::TagDeleted, Some(tag("1")), None));
    assert_eq!((last.previous, last.revision, last.by.cause), (Some(digest), 2, ChangeCause::Push));
}

async fn a_deleted_manifest_takes_its_tags_along(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let (one, two) = (bench.image(app, "one").await, bench.image(app, "two").await);
    assert_eq!(delete(&bench, &one).await, DeleteManifest::NotThere);
    bench.put(&one, &["b", "a"]).await;
    bench.put(&two, &["c"]).await;
    let deleted = delete(&bench, &one).await;
    let DeleteManifest::Deleted { revision: 3, tags, .. } = &deleted else { panic!("{deleted:?}") };
    assert_eq!(*tags, [tag("a"), tag("b")]);
    assert_eq!(delete(&bench, &one).await, DeleteManifest::NotThere);
    assert_eq!(content.find_manifest(app, &(*one.digest()).into()).await.unwrap(), None);
    assert_eq!((named(&bench, "a").await, named(&bench, "c").await), (None, Some(*two.digest())));
    let kinds: Vec<_> = read(&bench).await[6..].iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::TagDeleted, ChangeKind::TagDeleted, ChangeKind::ManifestDeleted]);
    let stored = bench.put(&one, &["a"]).await;
    assert_eq!((stored.revision, stored.manifest), (4, ManifestWas::Deleted), "its push brings it back");
    let found = content.find_manifest(app, &tag("a").into()).await.unwrap().unwrap();
    assert_eq!(found.body, *one.bytes());
}

async fn a_repository_without_manifests_is_not_to_be_seen_until_it_has_one_again(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (content, app) = (&bench.content, &bench.app);
    let image = bench.image(app, "one").await;
    bench.put(&image, &["1"]).await;
    let before = content.repository_state(app).await.unwrap().unwrap();
    delete(&bench, &image).await;
    assert_eq!(content.repository_state(app).await.unwrap(), None);
    assert_eq!(content.tags(app, &portolan_catalog::TagRange::default()).await.unwrap(), None);
    assert_eq!(content.repositories(None, None).await.unwrap().names, []);
    assert_eq!(read(&bench).await.pop().unwrap().kind, ChangeKind::RepositoryEmptied);
    bench.put(&image, &["1"]).await;
    let after = content.repository_state(app).await.unwrap().unwrap();
    assert_eq!((after.id, after.revision), (before.id, 3));
    let kinds: Vec<_> = read(&bench).await[6..].iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Repository, ChangeKind::Manifest, ChangeKind::Tag]);
}

async fn a_tag_is_rolled_back_by_digest_and_by_revision(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    let other = bench.image(&bench.app, "other").await;
    bench.put(&other, &["2"]).await;
    for image in [&one, &two] {
        bench.put(image, &["1"]).await;
    }
    assert_eq!(roll_back(&bench, RollBackTo::Digest(*two.digest())).await, RolledBack::Unchanged);
    for never in [RollBackTo::Digest(*other.digest()), RollBackTo::Revision(1)] {
        assert_eq!(roll_back(&bench, never).await, RolledBack::NeverNamed, "{never:?}");
    }
    let back = roll_back(&bench, RollBackTo::Digest(*one.digest())).await;
    let RolledBack::Stored { stored, image, children } = &back else { panic!("{back:?}") };
    assert_eq!((stored.revision, stored.manifest, children.len()), (4, ManifestWas::There, 0));
    assert_eq!((image.digest, &image.body), (*one.digest(), one.bytes()));
    assert_eq!(named(&bench, "1").await, Some(*one.digest()));
    bench.content.delete_tag(&bench.app, &tag("1"), &anna()).await.unwrap();
    assert_eq!(roll_back(&bench, RollBackTo::Revision(5)).await, RolledBack::NeverNamed, "nothing then");
    let back = roll_back(&bench, RollBackTo::Revision(3)).await;
    assert!(matches!(back, RolledBack::Stored { .. }), "{back:?}");
    assert_eq!(named(&bench, "1").await, Some(*two.digest()));
}

async fn what_was_deleted_comes_back_with_all_below_it(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    let (inner, next) = (index(&[&one]), bench.image(&bench.app, "next").await);
    let outer = index(&[&inner, &two]);
    for manifest in [&one, &two, &inner] {
        bench.put(manifest, &[]).await;
    }
    bench.put(&outer, &["1"]).await;
    bench.put(&next, &["1"]).await;
    for manifest in [&outer, &inner, &one] {
        delete(&bench, manifest).await;
    }
    let sought = bench.try_put(&outer, &["2"]).await;
    assert_eq!(sought, PutManifest::Missing(vec![*inner.digest()]), "a push has to bring what is deleted");
    let back = roll_back(&bench, RollBackTo::Digest(*outer.digest())).await;
    let RolledBack::Stored { stored, image, children } = &back else { panic!("{back:?}") };
    assert_eq!((stored.manifest, stored.revision), (ManifestWas::Deleted, 9));
    let children: Vec<_> = children.iter().map(|child| (child.digest, child.body.clone())).collect();
    let wanted = [&one, &inner].map(|manifest| (*manifest.digest(), manifest.bytes().clone()));
    assert_eq!((children.as_slice(), image.digest), (wanted.as_slice(), *outer.digest()));
    for manifest in [&outer, &inner, &one, &two] {
        let found = bench.content.find_manifest(&bench.app, &(*manifest.digest()).into()).await.unwrap();
        assert_eq!(found.unwrap().body, *manifest.bytes());
    }
    assert_eq!(bench.content.repository_state(&bench.app).await.unwrap().unwrap().revision, 9);
}

async fn what_is_no_longer_kept_is_named(scratch: &Scratch) {
    let bench = Bench::new(scratch).await;
    let to = RollBack { tag: tag("1"), to: RollBackTo::Revision(1), children: Children::Required };
    let nowhere = bench.content.roll_back(&name("nowhere"), &to, &anna()).await.unwrap();
    assert_eq!(nowhere, RolledBack::NeverNamed);
    let (one, two) = (bench.image(&bench.app, "one").await, bench.image(&bench.app, "two").await);
    bench.put(&one, &["1"]).await;
    bench.put(&two, &["1"]).await;
    delete(&bench, &one).await;
    let unlinked = bench.content.unlink_blob(&bench.app, &digest("one")).await.unwrap();
    assert_eq!(unlinked, UnlinkBlob::Unlinked);
    let back = roll_back(&bench, RollBackTo::Revision(1)).await;
    assert_eq!(back, RolledBack::NotKept(vec![digest("one")]));
    assert_eq!(named(&bench, "1").await, Some(*two.digest()));
    assert_eq!(bench.content.repository_state(&bench.app).await.unwrap().unwrap().revision, 3);
}
