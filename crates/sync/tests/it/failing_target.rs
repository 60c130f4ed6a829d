use portolan_sync::ImageOutcome;
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;
use portolan_transport::TransportError;

use crate::desk::{Desk, succeeded};

async fn a_target_that_answers(status: u16, is_expected: fn(&TransportError) -> bool) {
    let (Some(from), Some(good), Some(bad)) =
        (Registry::start().await, Registry::start().await, Registry::start().await)
    else {
        return;
    };
    from.client().push("r", &workload::twelve_layers(1, 6 << 20)).await;
    let proxy = Proxy::before(&bad).await;
    proxy.fault(Rule::new(Asked::sends_blob, Action::Answer(Answer::status(status))).always());
    let desk = Desk::new().await;
    let report = desk
        .copy(&from.reference("r", "v1"), &[&proxy.reference("r", "v1"), &good.reference("r", "v1")])
        .await;
    succeeded(&report.targets[1]);
    good.client().check_image("r", "v1").await.unwrap();
    assert!(!report.is_complete());
    let ImageOutcome::Failed(cause) = &report.targets[0].outcome else { panic!("{report:?}") };
    assert!(cause.transport().is_some_and(is_expected), "{cause:?}");
    assert_eq!(bad.client().tags("r").await, Vec::<String>::new(), "nothing is tagged");

    // It recovers: the next run brings what is missing there.
    proxy.heal();
    let report = desk
        .copy(&from.reference("r", "v1"), &[&proxy.reference("r", "v1"), &good.reference("r", "v1")])
        .await;
    assert!(matches!(succeeded(&report.targets[0]).outcome, ImageOutcome::Copied));
    assert!(matches!(succeeded(&report.targets[1]).outcome, ImageOutcome::Unchanged));
    bad.client().check_image("r", "v1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_out_of_order_does_not_stop_the_other() {
    Box::pin(a_target_that_answers(500, |cause| matches!(cause, TransportError::Unavailable { .. }))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_target_does_not_stop_the_other() {
    Box::pin(a_target_that_answers(507, |cause| matches!(cause, TransportError::OutOfSpace { .. }))).await;
}
