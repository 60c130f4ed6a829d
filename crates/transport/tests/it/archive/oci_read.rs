//! OCI archives as they come: compressed, sparse, cut off, or made with bad intent.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use async_compression::tokio::bufread::{GzipEncoder, ZstdEncoder};
use portolan_testkit::image::{Image, Layer, Tree};
use portolan_testkit::zoo;
use portolan_transport::{Archive, Source, TransportError};
use tokio::io::AsyncReadExt;

use super::tar::{HandMade, pack};
use crate::trees::{assert_has_exhibit, assert_has_tree, by_tag};

const MARKER: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// An archive of the whole zoo, packed with these arguments.
fn zoo_archive(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let layout = folder.join("layout");
    zoo::write_layout(&layout, &zoo::all());
    let archive = folder.join(name);
    pack(&layout, &archive, arguments);
    archive
}

async fn rejected(path: &Path) -> String {
    match Archive::open_oci(path).await {
        Err(TransportError::Rejected { message, .. }) => message,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("{} was accepted", path.display()),
    }
}

#[tokio::test]
async fn every_dialect_of_tar_is_read() {
    for dialect in ["--format=v7", "--format=oldgnu", "--format=gnu", "--format=ustar", "--format=pax"] {
        let folder = tempfile::tempdir().unwrap();
        let mut exhibits = zoo::all();
        if ["--format=v7", "--format=ustar"].contains(&dialect) {
            // The names of SHA-512 blobs are too long for these.
            exhibits.retain(|exhibit| exhibit.name != "sha512");
        }
        let layout = folder.path().join("layout");
        zoo::write_layout(&layout, &exhibits);
        let archive = folder.path().join("archive.tar");
        pack(&layout, &archive, &[dialect]);
        let source = Archive::open_oci(&archive).await.unwrap();
        for exhibit in exhibits {
            assert_has_exhibit(&source, &exhibit).await;
        }
    }
}

#[tokio::test]
async fn compressed_archives_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let plain = fs::read(zoo_archive(folder.path(), "archive.tar", &[])).unwrap();
    let archive = folder.path().join("packed.tar");
    for packed in [gzip(&plain).await, zstd(&plain).await] {
        fs::write(&archive, packed).unwrap();
        let source = Archive::open_oci(&archive).await.unwrap();
        assert_has_exhibit(&source, &zoo::one("oci-index")).await;
    }
}

/// In two members, as programs that compress in parallel write it.
async fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    for half in plain.chunks(plain.len() / 2 + 1) {
        GzipEncoder::new(half).read_to_end(&mut packed).await.unwrap();
    }
    packed
}

async fn zstd(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    ZstdEncoder::new(plain).read_to_end(&mut packed).await.unwrap();
    packed
}

#[tokio::test]
async fn other_compressions_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.tar.xz");
    fs::write(&path, b"\xfd7zXZ\0and so on").unwrap();
    assert_eq!(rejected(&path).await, "it is compressed with xz: unpack it first");
}

/// Leaves holes in the file where there are zeros; tar packs only such files as sparse ones.
fn make_sparse(path: &Path) {
    let content = fs::read(path).unwrap();
    let file = fs::File::create(path).unwrap();
    file.set_len(content.len() as u64).unwrap();
    for (number, piece) in content.chunks(4096).enumerate() {
        if piece.iter().any(|byte| *byte != 0) {
            file.write_all_at(piece, number as u64 * 4096).unwrap();
        }
    }
}

#[tokio::test]
async fn sparse_members_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut content = vec![0_u8; 3_000_000];
    for start in (0..3_000_000).step_by(65_536 * 2) {
        content[start..start + 5000].fill(7);
    }
    let plain = Layer::plain(1);
    let blob = portolan_testkit::image::Blob::new(&plain.blob.media_type, content);
    let tree = Image::oci().layer(Layer { diff_id: blob.digest.clone(), blob }).build();
    let mut exhibit = zoo::one("oci-image");
    exhibit.root = tree.clone();
    let layout = folder.path().join("layout");
    zoo::write_layout(&layout, &[exhibit]);
    make_sparse(&layout.join("blobs").join(tree.blobs[1].digest.replace(':', "/")));
    let formats: [&[&str]; 4] = [
        &["--format=gnu"],
        &["--format=pax", "--sparse-version=0.0"],
        &["--format=pax", "--sparse-version=0.1"],
        &["--format=pax", "--sparse-version=1.0"],
    ];
    for format in formats {
        let archive = folder.path().join("archive.tar");
        pack(&layout, &archive, &[format, &["--sparse"]].concat());
        assert!(fs::metadata(&archive).unwrap().len() < 1_000_000, "{format:?} has no holes");
        assert_has_tree(&Archive::open_oci(&archive).await.unwrap(), &tree).await;
    }
}

#[tokio::test]
async fn archives_that_are_cut_off_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let archive = zoo_archive(folder.path(), "archive.tar", &["--sort=name"]);
    let whole = fs::read(&archive).unwrap();
    fs::write(&archive, &whole[..whole.len() / 2 + 100]).unwrap();
    let message = rejected(&archive).await;
    assert!(message.starts_with("the archive is cut off: at byte "), "{message}");
    fs::write(&archive, b"").unwrap();
    assert_eq!(rejected(&archive).await, "it is no OCI layout: it has no member \"oci-layout\"");
    fs::write(&archive, b"a letter, and no archive").unwrap();
    assert!(rejected(&archive).await.starts_with("the archive is cut off"));
    fs::write(&archive, [b'x'; 2048]).unwrap();
    let message = rejected(&archive).await;
    assert_eq!(message, "byte 0 is not the start of a tar header: a number is malformed");
}

#[tokio::test]
async fn an_archive_that_is_absent_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let error = Archive::open_oci(folder.path().join("absent.tar")).await.err().unwrap();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_docker_archive_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.tar");
    HandMade::default().file("manifest.json", "[]").write(&path);
    let expected = "it is no OCI layout: it has no member \"oci-layout\", but a manifest.json: read it as docker-archive:";
    assert_eq!(rejected(&path).await, expected);
    HandMade::default().file("oci-layout", MARKER).file("index.json", "{}").write(&path);
    let error = Archive::open_docker(&path).await.err().unwrap();
    assert!(error.to_string().ends_with("but an oci-layout: read it as oci-archive:"), "{error}");
}

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).build()
}

/// An archive of one image, without the blob with this digest.
fn archive_without(tree: &Tree, missing: &str) -> HandMade {
    let mut entry = tree.descriptor();
    entry["annotations"] = serde_json::json!({"org.opencontainers.image.ref.name": "one"});
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [entry]});
    let mut archive = HandMade::default().file("oci-layout", MARKER).file("index.json", index.to_string());
    let blobs = tree.blobs.iter().map(|blob| (blob.digest.clone(), blob.bytes()));
    for (digest, bytes) in blobs.chain([(tree.digest.clone(), tree.bytes.clone())]) {
        if digest != missing {
            archive = archive.file(&format!("blobs/{}", digest.replace(':', "/")), bytes);
        }
    }
    archive
}

#[tokio::test]
async fn the_last_of_two_members_counts_and_lies_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twice.tar");
    let (tree, other) = (image(1), image(2));
    let manifest = format!("blobs/{}", tree.digest.replace(':', "/"));
    archive_without(&tree, "").file(&manifest, &other.bytes).write(&path);
    let source = Archive::open_oci(&path).await.unwrap();
    let error = source.manifest(&by_tag("one")).await.unwrap_err();
    assert!(matches!(error, TransportError::Content { .. }), "{error}");
    archive_without(&tree, &tree.digest).file(&manifest, "wrong").file(&manifest, &tree.bytes).write(&path);
    assert_has_tree(&Archive::open_oci(&path).await.unwrap(), &tree).await;
}

/// Blobs that would come from outside the archive are not there.
#[tokio::test]
async fn nothing_outside_the_archive_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let tree = image(1);
    let layer = &tree.blobs[1];
    fs::write(folder.path().join("layer"), layer.bytes()).unwrap();
    let outside = folder.path().join("layer").display().to_string();
    let member = format!("blobs/{}", layer.digest.replace(':', "/"));
    let path = folder.path().join("bad.tar");
    let archives = [
        archive_without(&tree, &layer.digest).symlink(&member, &outside),
        archive_without(&tree, &layer.digest).symlink(&member, "../../../layer"),
        archive_without(&tree, &layer.digest).member(&member, b'1', &outside, b""),
        archive_without(&tree, &layer.digest).file(&format!("/{member}"), layer.bytes()),
        archive_without(&tree, &layer.digest).file(&format!("x/../{member}"), layer.bytes()),
        archive_without(&tree, &layer.digest).member(&member, b'5', "", b""),
        archive_without(&tree, &layer.digest).symlink(&member, &format!("../../{member}")),
    ];
    for archive in archives {
        archive.write(&path);
        let source = Archive::open_oci(&path).await.unwrap();
        let read = source.blob(&crate::trees::descriptor(layer), 0).await;
        assert!(matches!(read, Err(TransportError::NotFound { .. })));
    }
    archive_without(&tree, &layer.digest)
        .file("shared/layer", layer.bytes())
        .symlink(&member, "../../shared/layer")
        .write(&path);
    assert_has_tree(&Archive::open_oci(&path).await.unwrap(), &tree).await;
}

#[tokio::test]
async fn a_damaged_compressed_archive_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let plain = fs::read(zoo_archive(folder.path(), "archive.tar", &[])).unwrap();
    let archive = folder.path().join("packed.tar");
    for packed in [gzip(&plain).await, zstd(&plain).await] {
        fs::write(&archive, &packed[..packed.len() / 2]).unwrap();
        let error = Archive::open_oci(&archive).await.err().unwrap();
        assert!(matches!(error, TransportError::Io { .. }), "{error}");
    }
}
