//! A target whose disk is really full.

use portolan_sync::ImageOutcome;
use portolan_testkit::registry::Registry;
use portolan_testkit::tmpfs::Tmpfs;
use portolan_transport::TransportError;

use super::stage::{assert_tags_can_be_pulled, assert_whole, engine, image, impatient};
use crate::desk::{Desk, only};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_target_is_told_and_has_nothing_that_cannot_be_pulled() {
    if portolan_testkit::registry::is_ours() {
        return;
    }
    let Some(disk) = Tmpfs::mount("8m") else { return };
    let (Some(from), Some(to)) =
        (Registry::start().await, Registry::builder().storage_dir(disk.path().join("storage")).start().await)
    else {
        return;
    };
    std::fs::write(disk.path().join("ballast"), vec![0; 6 << 20]).unwrap();
    let image = image();
    from.client().push("r", &image).await;
    let desk = Desk::with(impatient()).await;
    let request = desk.request(&from.reference("r", "v1"), &to.reference("r", "v1")).await;
    let report = engine(&desk).copy(&request).await;
    let ImageOutcome::Failed(cause) = &report.targets[0].outcome else { panic!("{report:?}") };
    assert!(matches!(cause.transport(), Some(TransportError::OutOfSpace { .. })), "{cause:#?}");
    assert!(assert_tags_can_be_pulled(&to.client(), "r").await.is_empty());

    std::fs::remove_file(disk.path().join("ballast")).unwrap();
    let report = engine(&desk).copy(&request).await;
    only(&report);
    assert_whole(&to.client(), "r", &image.root).await;
}
