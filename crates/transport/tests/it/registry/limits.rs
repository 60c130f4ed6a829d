use std::time::Duration;

use portolan_testkit::proxy::{Action, Answer, Rule};
use portolan_transport::{Quota, Source as _, TransportError};

use super::support::{behind_proxy, places, repository, tag};

fn too_many(seconds: &str) -> Action {
    Action::Answer(Answer::error(429, "TOOMANYREQUESTS").header("retry-after", seconds))
}

#[tokio::test]
async fn a_host_that_asks_for_patience_is_left_alone_by_all() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    registry.client().push("r", &portolan_testkit::zoo::one("oci-image")).await;
    let places = places(Vec::new());
    let (one, other) = (repository(&places, proxy.host(), "r"), repository(&places, proxy.host(), "s"));
    proxy.fault(Rule::new(|asked| asked.path.starts_with("/v2/r/"), too_many("1")));
    let first = async { one.resolve(&tag("oci-image")).await };
    let second = async {
        while proxy.count(|record| record.status.is_some()) == 0 {
            tokio::task::yield_now().await;
        }
        // The first answer is on its way to the client; a request that is sent before it is read may pass.
        tokio::time::sleep(Duration::from_millis(200)).await;
        other.resolve(&tag("none")).await
    };
    let (first, second) = tokio::join!(first, second);
    first.unwrap();
    assert!(second.unwrap_err().is_not_found());
    let records = proxy.records();
    for later in &records[1..] {
        assert!(later.started - records[0].started >= Duration::from_secs(1), "{}", later.line());
    }
    assert_eq!(records.len(), 3);
}

#[tokio::test]
async fn a_host_that_asks_for_too_much_patience_is_not_waited_for() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    proxy.fault(Rule::new(|_| true, too_many("3600")).always());
    let error = repository.resolve(&tag("a")).await.unwrap_err();
    let TransportError::RateLimited { retry_after, .. } = error else { panic!("{error:?}") };
    assert_eq!(retry_after, Some(Duration::from_hours(1)));
    assert_eq!(proxy.records().len(), 1);
}

#[tokio::test]
async fn the_pulls_that_are_left_can_be_read() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    assert_eq!(repository.client().rate_limits(), None);
    for (name, value) in [("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "76;w=21600")] {
        proxy.fault(Rule::new(|_| true, Action::SetHeader(name.to_owned(), value.to_owned())).always());
    }
    assert!(repository.resolve(&tag("a")).await.unwrap_err().is_not_found());
    let limits = repository.client().rate_limits().unwrap();
    assert_eq!(limits.remaining, Some(Quota { pulls: 76, window: Some(Duration::from_hours(6)) }));
    assert_eq!(limits.limit.map(|limit| limit.pulls), Some(100));
}
