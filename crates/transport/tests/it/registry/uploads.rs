use portolan_testkit::proxy::{Action, Answer, Asked, Rule};
use portolan_testkit::registry::Registry;
use portolan_transport::{
    Begun, Chunk, MountFrom, RegistryRepository, Resumed, Target as _, TransportError, TransportResult,
    UploadState,
};

use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{
    Blob, begin, behind_proxy, nervous, pieces, places, places_with, push, read, repository,
};

const MIB: usize = 1024 * 1024;

async fn append(
    repository: &RegistryRepository,
    state: &UploadState,
    blob: &Blob,
    length: usize,
) -> TransportResult<UploadState> {
    let start = usize::try_from(state.offset).unwrap();
    let chunk = Chunk::new(length as u64, pieces(&blob.bytes.slice(start..start + length)));
    repository.append(state, chunk).await
}

/// Brings the rest of a blob to its place as a copy would.
async fn complete(repository: &RegistryRepository, state: &UploadState, blob: &Blob) {
    if let Resumed::At(state) = repository.resume(state).await.unwrap() {
        let offset = usize::try_from(state.offset).unwrap();
        match repository.finish(&state, blob.from(offset)).await {
            Err(TransportError::SessionLost { .. }) => {}
            finished => return finished.unwrap(),
        }
    }
    push(repository, blob).await;
}

#[tokio::test]
async fn an_upload_that_breaks_between_chunks_goes_on_there() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(3 * MIB);
    let first = repository(&places(Vec::new()), proxy.host(), "r");
    let state = append(&first, &begin(&first, &blob).await, &blob, MIB).await.unwrap();
    // Another process takes it up.
    let second = repository(&places(Vec::new()), proxy.host(), "r");
    proxy.clear();
    assert_eq!(second.resume(&state).await.unwrap(), Resumed::At(state.clone()));
    complete(&second, &state, &blob).await;
    let sent: u64 = proxy.records().iter().map(|record| record.request_bytes).sum();
    assert_eq!(sent, 2 * MIB as u64);
    assert_eq!(read(&second, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn an_upload_that_breaks_inside_a_chunk_can_be_completed() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let blob = Blob::of_length(3 * MIB);
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    for action in [Action::CutRequestAfter(500_000), Action::CutBeforeResponse] {
        let state = append(&repository, &begin(&repository, &blob).await, &blob, MIB).await.unwrap();
        proxy.fault(Rule::new(Asked::sends_blob, action));
        let error = append(&repository, &state, &blob, MIB).await.unwrap_err();
        assert!(matches!(error, TransportError::Unavailable { .. }), "{error:?}");
        complete(&repository, &state, &blob).await;
        assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
        proxy.heal();
    }
}

#[tokio::test]
async fn an_upload_whose_end_is_lost_on_the_way_back_is_done() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let whole = Blob::of_length(MIB);
    let state = begin(&repository, &whole).await;
    proxy.fault(Rule::new(Asked::sends_blob, Action::CutBeforeResponse));
    repository.finish(&state, whole.from(0)).await.unwrap();
    assert_eq!(proxy.count(|record| record.request_bytes > 0), 1);

    let chunked = Blob::of_length(MIB + 1);
    let state = append(&repository, &begin(&repository, &chunked).await, &chunked, MIB + 1).await.unwrap();
    proxy.heal();
    proxy.fault(Rule::new(Asked::sends_blob, Action::CutBeforeResponse));
    repository.commit(&state, &chunked.verified()).await.unwrap();
    assert_eq!(read(&repository, &chunked.descriptor).await.unwrap(), chunked.bytes);
}

#[tokio::test]
async fn an_upload_that_is_broken_off_commits_nothing() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let blob = Blob::of_length(MIB);
    let state = begin(&repository, &blob).await;
    proxy.fault(Rule::new(Asked::sends_blob, Action::CutRequestAfter(600_000)));
    let error = repository.finish(&state, blob.from(0)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert!(!repository.has_blob(&blob.descriptor).await.unwrap());
}

#[tokio::test]
async fn a_registry_that_does_not_take_what_is_sent_is_given_up() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places_with(Vec::new(), nervous()), proxy.host(), "r");
    let blob = Blob::of_length(16 * MIB);
    let state = begin(&repository, &blob).await;
    proxy.fault(Rule::new(Asked::sends_blob, Action::Hang));
    let error = append(&repository, &state, &blob, 16 * MIB).await.unwrap_err();
    assert!(matches!(error, TransportError::Unavailable { .. }), "{error:?}");
}

type Fits = fn(&TransportError) -> bool;

#[tokio::test]
async fn a_registry_that_refuses_in_the_middle_is_understood() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let blob = Blob::of_length(MIB);
    let refusals: [(u16, Fits); 3] = [
        (413, |error| matches!(error, TransportError::TooLarge { .. })),
        (507, |error| matches!(error, TransportError::OutOfSpace { .. })),
        (403, |error| matches!(error, TransportError::Denied { .. })),
    ];
    for (status, fits) in refusals {
        let state = begin(&repository, &blob).await;
        proxy.fault(Rule::new(Asked::sends_blob, Action::Answer(Answer::status(status))));
        let error = repository.finish(&state, blob.from(0)).await.unwrap_err();
        assert!(fits(&error), "{status}: {error:?}");
        proxy.heal();
    }
}

#[tokio::test]
async fn a_chunk_at_the_wrong_place_can_be_put_right() {
    let Some(registry) = Registry::start().await else { return };
    let repository = repository(&places(Vec::new()), registry.host(), "r");
    let blob = Blob::of_length(2 * MIB);
    let begun = begin(&repository, &blob).await;
    let state = append(&repository, &begun, &blob, MIB).await.unwrap();
    let ahead = UploadState { offset: state.offset + 5, ..state.clone() };
    let error = append(&repository, &ahead, &blob, 100).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    complete(&repository, &state, &blob).await;
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn a_registry_that_was_away_for_a_moment_gets_the_blob() {
    let Some(mut registry) = Registry::start().await else { return };
    let repository = repository(&places(Vec::new()), registry.host(), "r");
    let blob = Blob::of_length(MIB);
    push(&repository, &Blob::of_length(10)).await;
    registry.stop();
    let error = repository.begin(&blob.descriptor, &MountFrom::Nowhere).await.unwrap_err();
    assert!(matches!(error, TransportError::Unavailable { .. }), "{error:?}");
    registry.restart().await;
    push(&repository, &blob).await;
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn a_blob_is_mounted_without_sending_it() {
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    let places = places(Vec::new());
    let (from, to) = (repository(&places, proxy.host(), "a"), repository(&places, proxy.host(), "b"));
    let blob = Blob::of_length(MIB);
    push(&from, &blob).await;
    proxy.clear();
    let mount = MountFrom::Repository("a".parse().unwrap());
    assert_eq!(to.begin(&blob.descriptor, &mount).await.unwrap(), Begun::Mounted);
    assert_eq!(proxy.records().len(), 1);
    assert_eq!(read(&to, &blob.descriptor).await.unwrap(), blob.bytes);
}

#[tokio::test]
async fn an_address_is_used_as_it_was_given() {
    let server = MockServer::start().await;
    let blob = Blob::of_length(10);
    let begun = ResponseTemplate::new(202).insert_header("location", "../../../../up/load?_state=a%2Bb%3D&x");
    Mock::given(method("POST")).and(path("/v2/r/blobs/uploads/")).respond_with(begun).mount(&server).await;
    let ended = ResponseTemplate::new(201);
    Mock::given(method("PUT")).and(path("/up/load")).respond_with(ended).expect(1).mount(&server).await;
    let repository = repository(&places(Vec::new()), &server.address().to_string(), "r");
    let state = begin(&repository, &blob).await;
    repository.finish(&state, blob.from(0)).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let query = requests.last().unwrap().url.query().unwrap().to_owned();
    assert_eq!(query, format!("_state=a%2Bb%3D&x&digest=sha256%3A{}", blob.descriptor.digest.encoded()));
}

#[tokio::test]
async fn the_least_chunk_is_told() {
    let server = MockServer::start().await;
    let begun = ResponseTemplate::new(202)
        .insert_header("location", "/up")
        .insert_header("oci-chunk-min-length", "65536");
    Mock::given(method("POST")).respond_with(begun).mount(&server).await;
    let repository = repository(&places(Vec::new()), &server.address().to_string(), "r");
    assert_eq!(begin(&repository, &Blob::of_length(10)).await.min_chunk, Some(65536));
}
