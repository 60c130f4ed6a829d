//! A run that is interrupted tells what it finished.

use std::time::Duration;

use portolan_sync::{CopyError, Engine, ImageOutcome};
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_testkit::workload;
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_has_its_image_is_not_reported_as_interrupted() {
    let (Some(from), Some(fast), Some(behind)) =
        (Registry::start().await, Registry::start().await, Registry::start().await)
    else {
        return;
    };
    from.client().push("r", &workload::twelve_layers(9, 1 << 20)).await;
    let slow = Proxy::before(&behind).await;
    slow.set_upload_rate(Some(10_000));
    let desk = Desk::new().await;
    let cancelled = CancellationToken::new();
    let engine: Engine = desk.engine_until(desk.options(), cancelled.clone());
    let request = desk
        .request(&from.reference("r", "v1"), &[&fast.reference("r", "v1"), &slow.reference("r", "v1")])
        .await;
    let interrupt = async {
        let place = format!("{}/r", fast.host());
        while !desk.finished(&place, "v1").await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancelled.cancel();
    };
    let (report, ()) = tokio::join!(engine.copy(&request), interrupt);

    assert!(matches!(report.targets[0].outcome, ImageOutcome::Copied), "{:?}", report.targets[0].outcome);
    assert!(matches!(report.targets[1].outcome, ImageOutcome::Failed(CopyError::Cancelled)));
    fast.client().check_image("r", "v1").await.unwrap();
    assert!(behind.client().find_manifest("r", "v1").await.is_none());
}
