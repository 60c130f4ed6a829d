//! Requests wait for each other per host and weight.

use futures::FutureExt as _;
use portolan_transport::{HostGate, LocalGate, Weight};

#[tokio::test]
async fn a_host_takes_so_many_at_once_and_no_more() {
    let gate = LocalGate::new(1, 2);
    let first = gate.enter("a", Weight::Upload).await;
    let _second = gate.enter("a", Weight::Upload).await;
    assert!(gate.enter("a", Weight::Upload).now_or_never().is_none());
    assert!(gate.enter("b", Weight::Upload).now_or_never().is_some(), "another host waits for nobody");
    assert!(gate.enter("a", Weight::Light).now_or_never().is_some(), "small work is not behind large");
    let download = gate.enter("a", Weight::Download).now_or_never();
    assert!(download.is_some(), "what is read does not wait for what is written");
    drop(first);
    assert!(gate.enter("a", Weight::Upload).now_or_never().is_some());
}

#[tokio::test]
async fn a_limit_of_none_is_one() {
    let gate = LocalGate::new(0, 0);
    assert!(gate.enter("a", Weight::Light).now_or_never().is_some());
}
