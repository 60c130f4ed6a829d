use http::Method;
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_transport::{Source as _, TransportError};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{
    Blob, behind_proxy, nervous, places, places_with, push, read, read_from, repository, tag,
};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_download_that_breaks_is_read_on_where_it_broke() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(3 * MIB);
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    push(&repository, &blob).await;
    for (turn, cut) in [0, 1_000_000, 1_500_000].into_iter().enumerate() {
        proxy.fault(Rule::new(Asked::gets_blob, Action::CutResponseAfter(cut)).after(turn as u64));
    }
    proxy.clear();
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
    let gets: Vec<_> = proxy.records().into_iter().filter(|record| record.method == Method::GET).collect();
    let total: u64 = gets.iter().map(|record| record.response_bytes).sum();
    let ranges: Vec<_> = gets.iter().map(|record| record.range.as_deref()).collect();
    assert_eq!(ranges, [None, None, Some("bytes=1000000-"), Some("bytes=2500000-")]);
    assert_eq!(total, 3 * MIB as u64);
}

#[tokio::test]
async fn a_download_begins_where_it_is_asked_to() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(MIB);
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    push(&repository, &blob).await;
    for offset in [1, 700_000, MIB - 1, MIB] {
        proxy.clear();
        let begun = blob.bytes.slice(..offset);
        assert_eq!(read_from(&repository, &blob.descriptor, begun).await.unwrap(), blob.bytes);
        let sent: u64 = proxy.records().iter().map(|record| record.response_bytes).sum();
        assert_eq!(sent, (MIB - offset) as u64);
    }
}

#[tokio::test]
async fn a_registry_without_ranges_is_read_on_all_the_same() {
    let blob = Blob::of_length(300_000);
    let server = MockServer::start().await;
    let whole = ResponseTemplate::new(200).set_body_bytes(blob.bytes.to_vec());
    Mock::given(method("GET")).respond_with(whole).expect(2).mount(&server).await;
    let proxy = Proxy::start(&server.uri()).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::CutResponseAfter(200_000)));
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn a_download_that_stands_still_is_taken_up_on_a_new_connection() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(MIB);
    let repository = repository(&places_with(Vec::new(), nervous()), proxy.host(), "r");
    push(&repository, &blob).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::StallResponseAfter(400_000)));
    proxy.fault(Rule::new(Asked::gets_blob, Action::Hang).after(1));
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn a_download_that_never_gets_on_fails_with_its_cause() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(MIB);
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    push(&repository, &blob).await;
    proxy.fault(Rule::new(Asked::gets_blob, Action::CutResponseAfter(0)).always());
    proxy.clear();
    let error = read(&repository, &blob.descriptor).await.unwrap_err();
    assert!(matches!(error, TransportError::Unavailable { .. }), "{error:?}");
    assert_eq!(proxy.records().len(), 5);
}

#[tokio::test]
async fn wrong_content_is_told_as_such_and_not_asked_for_again() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(MIB);
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    push(&repository, &blob).await;
    let wrong = [
        Action::CorruptResponseAt(500_000),
        Action::TruncateResponse(1),
        Action::ExtendResponse(b"more".to_vec()),
    ];
    for action in wrong {
        proxy.heal();
        proxy.clear();
        proxy.fault(Rule::new(Asked::gets_blob, action.clone()).always());
        let error = read(&repository, &blob.descriptor).await.unwrap_err();
        assert!(matches!(error, TransportError::Content { .. }), "{action:?}: {error:?}");
        assert_eq!(proxy.records().len(), 1, "{action:?}");
    }
}

#[tokio::test]
async fn a_manifest_is_checked_against_its_digest() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let image = portolan_testkit::zoo::one("oci-image");
    registry.client().push("r", &image).await;
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let by_digest = image.root.digest.parse().unwrap();
    for reference in [tag("oci-image"), by_digest] {
        proxy.fault(Rule::new(Asked::reads_manifest, Action::CorruptResponseAt(20)));
        let error = repository.manifest(&reference).await.unwrap_err();
        assert!(matches!(error, TransportError::Content { .. }), "{error:?}");
        assert_eq!(repository.manifest(&reference).await.unwrap().bytes(), &image.root.bytes);
    }
}

#[tokio::test]
async fn a_host_that_is_out_of_order_for_a_moment_is_asked_again() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    registry.client().push("r", &portolan_testkit::zoo::one("oci-image")).await;
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    for (turn, status) in [500, 502, 503, 504].into_iter().enumerate() {
        proxy.fault(Rule::new(|_| true, Action::Answer(Answer::status(status))).after(turn as u64));
    }
    proxy.clear();
    repository.resolve(&tag("oci-image")).await.unwrap();
    assert_eq!(proxy.records().len(), 5);
}

#[tokio::test]
async fn a_host_that_stays_out_of_order_is_named_with_its_status() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    proxy.fault(Rule::new(|_| true, Action::Answer(Answer::error(503, "UNAVAILABLE"))).always());
    let error = repository.resolve(&tag("a")).await.unwrap_err();
    let TransportError::Unavailable { what, cause } = error else { panic!("{error:?}") };
    assert_eq!(what, format!("{}/r:a", proxy.host()));
    assert_eq!(cause.to_string(), "the registry answered 503 Service Unavailable");
    assert_eq!(proxy.records().len(), 5);
}
