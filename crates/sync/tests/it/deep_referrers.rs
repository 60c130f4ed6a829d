//! Referrers of referrers: all of them are carried, or the copy says that they are too many.

use portolan_sync::{CopyError, CopyReport, ImageOutcome};
use portolan_testkit::image::{Blob, Tree, manifest_of, media};
use portolan_testkit::workload;
use portolan_testkit::zoo::{Exhibit, write_layout};
use serde_json::json;

use crate::desk::{Desk, only};

/// An image with a chain of referrers, each of which refers to the one before.
fn chain(length: usize) -> Exhibit {
    let mut image = workload::tiny(5);
    let mut subject = image.root.clone();
    for link in 0..length {
        let referrer = referrer_of(&subject, link);
        image.referrers.push(referrer.clone());
        subject = referrer;
    }
    image
}

fn referrer_of(subject: &Tree, link: usize) -> Tree {
    let extra = json!({
        "artifactType": "application/vnd.example.note",
        "subject": subject.descriptor(),
        "annotations": {"link": link.to_string()},
    });
    manifest_of(Blob::new(media::OCI_EMPTY, "{}"), vec![Blob::new(media::OCI_EMPTY, "{}")], &extra)
}

/// Copies the image from one layout to another; gives how many manifests have arrived.
async fn copied(image: &Exhibit) -> (CopyReport, usize) {
    let desk = Desk::new().await;
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    write_layout(&from, std::slice::from_ref(image));
    let source = format!("oci:{}:{}", from.display(), image.tags[0]);
    let report = desk.copy(&source, &[&format!("oci:{}:v1", to.display())]).await;
    let has = |tree: &&Tree| to.join("blobs/sha256").join(tree.hex()).is_file();
    (report, image.manifests().into_iter().filter(has).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_levels_of_referrers_are_carried() {
    let (report, arrived) = copied(&chain(8)).await;
    assert!(matches!(only(&report).outcome, ImageOutcome::Copied));
    assert_eq!(arrived, 9, "the image and its referrers");
}

#[tokio::test(flavor = "multi_thread")]
async fn deeper_referrers_are_refused_and_not_dropped() {
    let (report, arrived) = copied(&chain(9)).await;
    let ImageOutcome::Failed(CopyError::TooComplex { detail, .. }) = &report.targets[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!(detail, "referrers of its referrers go deeper than 8 levels");
    assert_eq!(arrived, 0);
}
