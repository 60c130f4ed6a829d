//! OCI archives in the making.

use std::fs;
use std::path::Path;

use futures::StreamExt;

use portolan_testkit::image::{Image, Layer, Tree};
use portolan_transport::{
    Archive, Begun, Chunk, MountFrom, OciArchiveWriter, PutAs, Source, Target, TransportError,
};

use crate::trees::{assert_has_tree, descriptor, manifest, put_blob, put_tree, tag};

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).layer(Layer::random(seed + 1, 300_000)).build()
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn write(path: &Path) {
    let target = OciArchiveWriter::create(path).await.unwrap();
    put_tree(&target, &image(1), &tag("one")).await.unwrap();
    put_tree(&target, &image(3), &tag("two")).await.unwrap();
    target.close().await.unwrap();
}

#[tokio::test]
async fn an_archive_exists_only_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(1), &tag("one")).await.unwrap();
    assert!(!path.exists());
    target.close().await.unwrap();
    assert_eq!(names(folder.path()), ["a.tar"]);
    target.close().await.unwrap();
    let error = target.put_manifest(&manifest(&image(1)), &tag("late")).await.unwrap_err();
    assert!(error.to_string().ends_with("the archive has been closed"), "{error}");
}

#[tokio::test]
async fn an_archive_that_is_not_closed_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = OciArchiveWriter::create(folder.path().join("a.tar")).await.unwrap();
    put_tree(&target, &image(1), &tag("one")).await.unwrap();
    drop(target);
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn an_archive_of_nothing_does_not_come_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let target = OciArchiveWriter::create(folder.path().join("a.tar")).await.unwrap();
    put_blob(&target, &image(1).blobs[0]).await.unwrap();
    target.close().await.unwrap();
    drop(target);
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn the_same_images_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.tar"), folder.path().join("two.tar"));
    write(&one).await;
    write(&two).await;
    assert!(fs::read(&one).unwrap() == fs::read(&two).unwrap());
}

#[tokio::test]
async fn what_was_given_up_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (clean, messy) = (folder.path().join("clean.tar"), folder.path().join("messy.tar"));
    write(&clean).await;
    let target = OciArchiveWriter::create(&messy).await.unwrap();
    let refuse = image(50);
    let mut states = Vec::new();
    for blob in &refuse.blobs {
        let Begun::Upload(state) = target.begin(&descriptor(blob), &MountFrom::Nowhere).await.unwrap() else {
            panic!("nothing of this was ever sent");
        };
        states.push(target.append(&state, Chunk::from_bytes(blob.bytes().slice(..50))).await.unwrap());
    }
    put_tree(&target, &image(1), &tag("one")).await.unwrap();
    target.abort(&states[0]).await.unwrap();
    put_tree(&target, &image(3), &tag("two")).await.unwrap();
    let deleted = image(60);
    put_tree(&target, &deleted, &tag("gone")).await.unwrap();
    target.delete(&(*manifest(&deleted).digest()).into()).await.unwrap();
    target.close().await.unwrap();
    let source = Archive::open_oci(&messy).await.unwrap();
    assert_has_tree(&source, &image(1)).await;
    assert_has_tree(&source, &image(3)).await;
    assert_eq!(source.tags().await.unwrap().len(), 2);
    let surplus: u64 = deleted.blobs.iter().map(|blob| 512 + blob.size.next_multiple_of(512)).sum();
    let (clean, messy) = (fs::metadata(clean).unwrap().len(), fs::metadata(messy).unwrap().len());
    assert_eq!(messy, clean + surplus, "nothing but the blobs of the deleted image may be more");
}

#[tokio::test]
async fn more_bytes_than_announced_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    let (small, image) = (image(9).blobs[0].clone(), image(1));
    let Begun::Upload(state) = target.begin(&descriptor(&small), &MountFrom::Nowhere).await.unwrap() else {
        panic!("nothing of this was ever sent");
    };
    put_tree(&target, &image, &tag("one")).await.unwrap();
    let error = target.append(&state, Chunk::from_bytes(vec![0; 100_000].into())).await.unwrap_err();
    assert!(matches!(error, TransportError::Rejected { .. }), "{error}");
    let lying = Chunk::new(10, futures::stream::iter([Ok(vec![0; 100_000].into())]).boxed());
    let error = target.append(&state, lying).await.unwrap_err();
    assert!(matches!(error, TransportError::Rejected { .. }), "{error}");
    target.close().await.unwrap();
    assert_has_tree(&Archive::open_oci(&path).await.unwrap(), &image).await;
}

#[tokio::test]
async fn a_file_that_exists_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    write(&path).await;
    let before = fs::read(&path).unwrap();
    let error = OciArchiveWriter::create(&path).await.err().unwrap();
    let expected = format!(
        "writing oci-archive:{} was refused: the file exists, and archives are not changed: remove it first or name another",
        path.display()
    );
    assert_eq!(error.to_string(), expected);
    assert!(fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn a_file_that_somebody_made_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(1), &tag("one")).await.unwrap();
    fs::write(&path, "precious").unwrap();
    let error = target.close().await.unwrap_err();
    assert!(error.to_string().ends_with("somebody else has made the file meanwhile"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

/// As made by `mktemp`.
#[tokio::test]
async fn an_empty_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    fs::write(&path, "").unwrap();
    write(&path).await;
    assert_has_tree(&Archive::open_oci(&path).await.unwrap(), &image(1)).await;
}

#[tokio::test]
async fn what_killed_processes_left_is_removed_and_what_is_in_use_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    fs::write(folder.path().join(".a.tar.partial-killed"), "half").unwrap();
    fs::write(folder.path().join(".b.tar.partial-other"), "half").unwrap();
    let one = OciArchiveWriter::create(&path).await.unwrap();
    let two = OciArchiveWriter::create(&path).await.unwrap();
    put_tree(&one, &image(1), &tag("one")).await.unwrap();
    one.close().await.unwrap();
    drop(two);
    let mut left = names(folder.path());
    left.sort();
    assert_eq!(left, [".b.tar.partial-other", "a.tar"]);
}

#[tokio::test]
async fn a_manifest_by_digest_alone_is_the_only_image() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tar");
    let target = OciArchiveWriter::create(&path).await.unwrap();
    put_tree(&target, &image(1), &PutAs::Digest).await.unwrap();
    target.close().await.unwrap();
    let source = Archive::open_oci(&path).await.unwrap();
    assert_eq!(source.only_image().await.unwrap().digest, *manifest(&image(1)).digest());
}
