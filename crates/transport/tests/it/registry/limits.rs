use std::pin::pin;
use std::time::Duration;

use portolan_testkit::proxy::{Action, Answer, Rule};
use portolan_testkit::registry::Registry;
use portolan_transport::{ClientOptions, HostLimits, Quota, RegistrySettings, Source as _, TransportError};
use tokio::time::timeout;

use super::support::{
    Blob, behind_proxy, impatient, nervous, places, places_with, push, read, repository, tag, unset,
};

fn too_many(seconds: &str) -> Action {
    Action::Answer(Answer::error(429, "TOOMANYREQUESTS").header("retry-after", seconds))
}

#[tokio::test]
async fn a_host_that_asks_for_patience_is_left_alone_by_all() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    registry.client().push("r", &portolan_testkit::zoo::one("oci-image")).await;
    let places = places(Vec::new());
    let (one, other) = (repository(&places, proxy.host(), "r"), repository(&places, proxy.host(), "s"));
    proxy.fault(Rule::new(|asked| asked.path.starts_with("/v2/r/"), too_many("2")));
    let (wanted, none) = (tag("oci-image"), tag("none"));
    let mut limited = pin!(one.resolve(&wanted));
    let held = async { while timeout(Duration::from_millis(500), other.resolve(&none)).await.is_ok() {} };
    tokio::select! {
        found = &mut limited => panic!("nobody else was held up before {found:?}"),
        () = held => {}
    }
    limited.await.unwrap();
    assert_eq!(proxy.count(|record| record.path.starts_with("/v2/r/")), 2);
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
    let places = places(Vec::new());
    let repository = repository(&places, proxy.host(), "r");
    assert_eq!(repository.client().rate_limits(), None);
    assert_eq!(places.rate_limits(repository.client().registry()), None);
    for (name, value) in [("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "76;w=21600")] {
        proxy.fault(Rule::new(|_| true, Action::SetHeader(name.to_owned(), value.to_owned())).always());
    }
    assert!(repository.resolve(&tag("a")).await.unwrap_err().is_not_found());
    let limits = repository.client().rate_limits().unwrap();
    assert_eq!(limits.remaining, Some(Quota { pulls: 76, window: Some(Duration::from_hours(6)) }));
    assert_eq!(limits.limit.map(|limit| limit.pulls), Some(100));
    assert_eq!(places.rate_limits(repository.client().registry()), Some(limits));
    assert_eq!(places.rate_limits(&"never.asked".parse().unwrap()), None);
}

#[tokio::test]
async fn a_line_is_not_filled_beyond_what_is_allowed() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(4 << 20);
    let free = places(Vec::new());
    push(&repository(&free, registry.host(), "r"), &blob).await;
    let limits = HostLimits { bandwidth: Some("1MB/s".parse().unwrap()), ..HostLimits::default() };
    let of_host = places_with(vec![RegistrySettings { limits, ..unset(proxy.host()) }], impatient());
    let bandwidth = Some("1MB/s".parse().unwrap());
    let of_all = places_with(Vec::new(), ClientOptions { bandwidth, ..impatient() });
    for (nth, limited) in [of_host, of_all].iter().enumerate() {
        let down = repository(limited, proxy.host(), "r");
        assert!(timeout(Duration::from_secs(1), read(&down, &blob.descriptor)).await.is_err());
        let up = repository(limited, proxy.host(), &format!("new-{nth}"));
        assert!(timeout(Duration::from_secs(1), push(&up, &blob)).await.is_err());
    }
}

#[tokio::test]
async fn a_line_that_is_held_back_is_not_taken_for_a_silent_one() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(1 << 20);
    let bandwidth = Some("512KiB/s".parse().unwrap());
    let places = places_with(Vec::new(), ClientOptions { bandwidth, ..nervous() });
    push(&repository(&places, proxy.host(), "r"), &blob).await;
    let there = repository(&places, registry.host(), "r");
    assert_eq!(read(&there, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn a_small_blob_keeps_no_place_while_nobody_reads_it_and_a_large_one_does() {
    let Some(registry) = Registry::start().await else { return };
    let limits = HostLimits { concurrency: 3, ..HostLimits::default() };
    let places = places(vec![RegistrySettings { limits, ..unset(registry.host()) }]);
    let repository = repository(&places, registry.host(), "r");
    let blobs = [64 << 10, (64 << 10) + 1].map(Blob::of_length);
    for blob in &blobs {
        push(&repository, blob).await;
    }
    let [small, large] = blobs.map(|blob| blob.descriptor);
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(repository.blob(&small, 0).await.unwrap());
    }
    // One large body may come in at once, beside all that is small.
    open.push(repository.blob(&large, 0).await.unwrap());
    assert!(timeout(Duration::from_millis(500), repository.blob(&large, 0)).await.is_err());
    open.push(repository.blob(&small, 0).await.unwrap());
    open.clear();
    repository.blob(&large, 0).await.unwrap();
}
