//! Which folders are layouts, and what is refused.

use std::fs;

use portolan_testkit::image::{Image, Layer};
use portolan_transport::{LayoutRepository, PutAs, Source, Target, TransportError};

use crate::trees::{put_blob, put_tree, tag};

fn image() -> portolan_testkit::image::Tree {
    Image::oci().layer(Layer::gzip(900)).build()
}

#[tokio::test]
async fn nothing_is_made_before_the_first_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/below");
    let layout = LayoutRepository::create(&path).await.unwrap();
    assert!(Target::tags(&layout).await.unwrap().is_empty());
    assert!(!path.exists());
    put_tree(&layout, &image(), &tag("one")).await.unwrap();
    layout.close().await.unwrap();
    let mut names: Vec<_> =
        fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["blobs", "index.json", "oci-layout"]);
    assert_eq!(fs::read_to_string(path.join("oci-layout")).unwrap(), r#"{"imageLayoutVersion":"1.0.0"}"#);
}

#[tokio::test]
async fn a_folder_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("letter.txt"), "dear").unwrap();
    for opened in [LayoutRepository::open(folder.path()).await, LayoutRepository::create(folder.path()).await]
    {
        let error = opened.err().unwrap();
        assert!(
            matches!(&error, TransportError::Rejected { message, .. } if message.contains("oci-layout")),
            "{error}"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_layout_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    let error = LayoutRepository::create(folder.path()).await.err().unwrap();
    let expected = format!(
        "oci:{} was refused: image layout version 2.0.0 is not known (known: 1.0.0)",
        folder.path().display()
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_folder_that_is_absent_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("absent")] {
        let error = LayoutRepository::open(path).await.err().unwrap();
        assert!(error.is_not_found(), "{error}");
    }
}

/// The folder of a layout that a killed process had just begun.
#[tokio::test]
async fn a_layout_that_was_begun_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
    fs::create_dir_all(folder.path().join(".uploads")).unwrap();
    fs::write(folder.path().join("index.json"), r#"{"schemaVersion":2,"manifests":[]}"#).unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    put_tree(&layout, &image(), &tag("one")).await.unwrap();
    assert!(LayoutRepository::open(folder.path()).await.unwrap().only_image().await.is_ok());
}

#[tokio::test]
async fn a_blob_of_the_wrong_size_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    let image = image();
    for blob in &image.blobs {
        put_blob(&layout, blob).await.unwrap();
    }
    let blob = crate::trees::descriptor(&image.blobs[1]);
    let path = folder.path().join("blobs/sha256").join(blob.digest.encoded());
    fs::write(&path, "cut").unwrap();
    assert!(!layout.has_blob(&blob).await.unwrap());
    let error = layout.put_manifest(&crate::trees::manifest(&image), &PutAs::Digest).await.unwrap_err();
    assert!(matches!(error, TransportError::ContentUnknown { .. }), "{error}");
    put_tree(&layout, &image, &tag("whole")).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), blob.size);
}

#[tokio::test]
async fn a_damaged_manifest_is_told_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path()).await.unwrap();
    let image = image();
    put_tree(&layout, &image, &tag("one")).await.unwrap();
    let path = folder.path().join("blobs/sha256").join(image.hex());
    let mut bytes = fs::read(&path).unwrap();
    bytes[10] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = Source::manifest(&layout, &"one".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, TransportError::Content { .. }), "{error}");
    put_tree(&layout, &image, &tag("one")).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), image.bytes);
}

#[tokio::test]
async fn an_index_that_is_no_json_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    fs::write(folder.path().join("index.json"), "{not json").unwrap();
    let layout = LayoutRepository::open(folder.path()).await.unwrap();
    let error = Source::tags(&layout).await.unwrap_err();
    assert_eq!(error.to_string(), format!("reading {}/index.json failed", folder.path().display()));
}

/// What a session's name says is never followed.
#[tokio::test]
async fn a_session_of_another_place_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LayoutRepository::create(folder.path().join("layout")).await.unwrap();
    put_tree(&layout, &image(), &tag("one")).await.unwrap();
    fs::write(folder.path().join("precious"), "x").unwrap();
    let blob = crate::trees::descriptor(&image().blobs[1]);
    for session in ["../../precious", "/etc/passwd", "https://example.com/upload", ""] {
        let state = portolan_transport::UploadState {
            digest: blob.digest,
            offset: 0,
            session: session.to_owned(),
            min_chunk: None,
        };
        assert_eq!(layout.resume(&state).await.unwrap(), portolan_transport::Resumed::Gone);
        layout.abort(&state).await.unwrap();
    }
    assert!(folder.path().join("precious").exists());
}
