//! Tags and referrers, page by page.

use http::Method;
use portolan_oci::{Digest, MediaType, TagOrDigest};
use portolan_testkit::proxy::{Action, Asked, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo;
use portolan_transport::{ReferrersVia, RegistryRepository, Source as _, Support, TransportError};
use serde_json::json;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{behind_proxy, places, repository, tag};

fn at(server: &MockServer) -> RegistryRepository {
    repository(&places(Vec::new()), &server.address().to_string(), "r")
}

async fn page(server: &MockServer, last: &str, tags: &[&str], link: Option<&str>) {
    let mut answer = ResponseTemplate::new(200).set_body_json(json!({"name": "r", "tags": tags}));
    if let Some(link) = link {
        answer = answer.insert_header("link", link);
    }
    let mock = Mock::given(method("GET")).and(path("/v2/r/tags/list"));
    let mock = if last.is_empty() {
        mock.and(query_param_is_missing("last"))
    } else {
        mock.and(query_param("last", last))
    };
    mock.respond_with(answer).mount(server).await;
}

#[tokio::test]
async fn tags_come_in_pages() {
    let server = MockServer::start().await;
    page(&server, "", &["a", "b"], Some(r#"</v2/r/tags/list?n=2&last=b>; rel="next""#)).await;
    page(&server, "b", &[], Some(&format!("<{}/v2/r/tags/list?last=c>; rel=next", server.uri()))).await;
    page(&server, "c", &["d", "not a tag"], None).await;
    let tags: Vec<_> = at(&server).tags().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(tags, ["a", "b", "d"]);
}

#[tokio::test]
async fn half_a_list_is_never_taken_for_all() {
    for link in [
        r#"<http://127.0.0.1:1/v2/r/tags/list?last=b>; rel="next""#,
        r#"</v2/r/tags/list?n=1000>; rel="next""#,
    ] {
        let server = MockServer::start().await;
        page(&server, "", &["a", "b"], Some(link)).await;
        let error = at(&server).tags().await.unwrap_err();
        assert!(matches!(error, TransportError::Protocol { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_repository_may_be_empty_or_not_there() {
    let Some(registry) = Registry::start().await else { return };
    let image = zoo::one("oci-image");
    registry.client().push("emptied", &image).await;
    registry.client().delete("emptied", &image.root.digest).await;
    let places = places(Vec::new());
    assert_eq!(repository(&places, registry.host(), "emptied").tags().await.unwrap(), []);
    let error = repository(&places, registry.host(), "no/where").tags().await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
}

#[tokio::test]
async fn a_head_that_says_too_little_is_followed_by_a_get() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let image = zoo::one("oci-image");
    registry.client().push("r", &image).await;
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let silent = Action::DropHeader("docker-content-digest".to_owned());
    proxy.fault(Rule::new(Asked::reads_manifest, silent).always());
    let found = repository.resolve(&tag("oci-image")).await.unwrap();
    assert_eq!(found.digest.to_string(), image.root.digest);
    assert_eq!(found.size, image.root.bytes.len() as u64);
    let methods: Vec<_> = proxy.records().into_iter().map(|record| record.method).collect();
    assert_eq!(methods, [Method::HEAD, Method::GET]);
}

fn entry(content: &str, artifact_type: &str) -> serde_json::Value {
    json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": Digest::sha256(content.as_bytes()).to_string(),
        "size": content.len(),
        "artifactType": artifact_type,
    })
}

fn index(entries: &[serde_json::Value]) -> ResponseTemplate {
    let body = json!({"schemaVersion": 2, "mediaType": MediaType::OCI_INDEX, "manifests": entries});
    ResponseTemplate::new(200).set_body_raw(body.to_string(), MediaType::OCI_INDEX.as_str())
}

#[tokio::test]
async fn referrers_are_filtered_by_us_where_the_registry_does_not() {
    let server = MockServer::start().await;
    let subject = Digest::sha256(b"subject");
    let here = format!("/v2/r/referrers/{subject}");
    let first = index(&[entry("a", "application/x.sbom"), entry("b", "application/x.signature")])
        .insert_header("link", format!(r#"<{here}?page=2>; rel="next""#));
    let second = index(&[entry("c", "application/x.sbom")]);
    Mock::given(path(here.clone())).and(query_param("page", "2")).respond_with(second).mount(&server).await;
    Mock::given(path(here)).and(query_param_is_missing("page")).respond_with(first).mount(&server).await;
    let repository = at(&server);
    let all = repository.referrers(&subject, None).await.unwrap();
    assert_eq!((all.descriptors.len(), all.via), (3, ReferrersVia::Api));
    let wanted = "application/x.sbom".parse().unwrap();
    let some = repository.referrers(&subject, Some(&wanted)).await.unwrap();
    assert!(
        some.descriptors.len() == 2
            && some.descriptors.iter().all(|one| one.artifact_type.as_ref() == Some(&wanted))
    );
    assert_eq!(repository.capabilities().referrers_api, Support::Yes);
    let unknown = repository.referrers(&Digest::sha256(b"other"), None).await.unwrap();
    assert_eq!((unknown.descriptors.len(), unknown.via), (0, ReferrersVia::Api));
}

#[tokio::test]
async fn a_registry_without_the_api_is_asked_for_it_once() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let image = zoo::one("oci-image");
    registry.client().push("r", &image).await;
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let subject: TagOrDigest = image.root.digest.parse().unwrap();
    let TagOrDigest::Digest(subject) = subject else { panic!("no digest") };
    for _ in 0..3 {
        let found = repository.referrers(&subject, None).await.unwrap();
        assert_eq!((found.descriptors.len(), found.via), (0, ReferrersVia::Nothing));
    }
    assert_eq!(proxy.count(|record| record.path.contains("/referrers/")), 1);
    assert_eq!(repository.capabilities().referrers_api, Support::No);
}

#[tokio::test]
async fn what_an_earlier_process_found_out_is_not_asked_again() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    registry.client().push("r", &zoo::one("oci-image")).await;
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    repository.client().assume_referrers_api(Support::No);
    let found = repository.referrers(&Digest::sha256(b"subject"), None).await.unwrap();
    assert_eq!((found.descriptors.len(), found.via), (0, ReferrersVia::Nothing));
    assert_eq!(proxy.count(|record| record.path.contains("/referrers/")), 0);
}

#[tokio::test]
async fn a_page_for_people_is_no_list_of_referrers() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(200).set_body_raw("<html>welcome</html>", "text/html");
    Mock::given(path(format!("/v2/r/referrers/{}", Digest::sha256(b"s"))))
        .respond_with(page)
        .mount(&server)
        .await;
    let found = at(&server).referrers(&Digest::sha256(b"s"), None).await.unwrap();
    assert_eq!((found.descriptors.len(), found.via), (0, ReferrersVia::Nothing));
}
