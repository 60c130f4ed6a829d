//! All repositories of a registry.

use std::collections::BTreeSet;

use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_testkit::workload;
use portolan_transport::{Places, TransportError, TransportResult};

use super::support::{behind_proxy, login, places};

async fn list(places: &Places, host: &str) -> TransportResult<BTreeSet<String>> {
    let all = places.repositories(&host.parse().unwrap()).await?;
    let names: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!(names.len(), all.len(), "nothing comes twice");
    Ok(names)
}

async fn fill(registry: &Registry, names: &BTreeSet<String>) {
    let image = workload::tiny(1);
    let client = registry.client();
    for name in names {
        client.push(name, &image).await;
    }
}

fn names(count: usize) -> BTreeSet<String> {
    (0..count).map(|number| format!("team-{}/app-{number:02}", number % 3)).collect()
}

#[tokio::test]
async fn more_than_a_page_of_a_registry_that_gives_few_at_once() {
    let Some(registry) = Registry::builder().catalogue_page(10).start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let places = places(Vec::new());
    assert_eq!(list(&places, proxy.host()).await.unwrap(), BTreeSet::new());
    let expected = names(35);
    fill(&registry, &expected).await;
    proxy.clear();
    assert_eq!(list(&places, proxy.host()).await.unwrap(), expected);
    // It refuses to be asked for more than a page, and then gives four.
    assert_eq!(proxy.records().len(), 5, "{:?}", proxy.records());
}

#[tokio::test]
async fn all_in_one_page_of_a_registry_that_gives_many() {
    let Some((registry, proxy)) = behind_proxy().await else { return };
    let expected = names(5);
    fill(&registry, &expected).await;
    assert_eq!(list(&places(Vec::new()), proxy.host()).await.unwrap(), expected);
    let lines: Vec<_> = proxy.records().iter().map(portolan_testkit::proxy::Record::line).collect();
    assert_eq!(lines, ["GET /v2/_catalog?n=1000"]);
}

#[tokio::test]
async fn a_token_is_asked_for_the_list_and_may_be_refused_it() {
    let tokens = TokenServer::builder().user("admin", "sesame").reader("robot", "swordfish").start().await;
    let Some(registry) = Registry::builder().token_auth(&tokens).start().await else { return };
    let host = registry.host();
    let found = list(&places(vec![login(host, "admin", "sesame")]), host).await.unwrap();
    assert_eq!(found, BTreeSet::new());
    let asked: Vec<_> = tokens.requests().into_iter().map(|request| request.scopes).collect();
    assert_eq!(asked, [["registry:catalog:*"]]);
    let error = list(&places(vec![login(host, "robot", "swordfish")]), host).await.unwrap_err();
    assert!(matches!(&error, TransportError::Denied { .. }), "{error:?}");
    assert!(error.to_string().contains("name them one by one"), "{error}");
    let error = list(&places(Vec::new()), host).await.unwrap_err();
    assert!(matches!(&error, TransportError::Unauthorized { user: None, .. }), "{error:?}");
}

#[tokio::test]
async fn a_registry_without_a_list_says_so() {
    let error = list(&places(Vec::new()), "docker.io").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "a list of the repositories of docker.io (name them one by one instead) is not supported here"
    );
    let Some((_registry, proxy)) = behind_proxy().await else { return };
    for (status, code) in [(404, "NOT_FOUND"), (405, "UNSUPPORTED"), (501, ""), (400, "UNSUPPORTED")] {
        proxy.heal();
        proxy.fault(Rule::new(asks_for_list, Action::Answer(Answer::error(status, code))).always());
        let error = list(&places(Vec::new()), proxy.host()).await.unwrap_err();
        assert!(matches!(&error, TransportError::Unsupported { .. }), "{status}: {error:?}");
    }
    proxy.heal();
    proxy.fault(Rule::new(asks_for_list, Action::Answer(Answer::error(403, "DENIED"))).always());
    let error = list(&places(Vec::new()), proxy.host()).await.unwrap_err();
    assert!(matches!(&error, TransportError::Denied { .. }), "{error:?}");
}

fn asks_for_list(asked: &Asked) -> bool {
    asked.path == "/v2/_catalog"
}

#[tokio::test]
async fn half_a_list_is_never_taken_for_all() {
    let Some(registry) = Registry::builder().catalogue_page(2).start().await else { return };
    fill(&registry, &names(5)).await;
    let proxy = Proxy::before(&registry).await;
    for link in ["<http://127.0.0.1:1/v2/_catalog?last=b>; rel=\"next\"", "</v2/_catalog>; rel=\"next\""] {
        proxy.heal();
        proxy.fault(Rule::new(asks_for_list, Action::SetHeader("link".to_owned(), link.to_owned())).always());
        let error = list(&places(Vec::new()), proxy.host()).await.unwrap_err();
        assert!(matches!(&error, TransportError::Protocol { .. }), "{error:?}");
    }
    proxy.heal();
    let refused = Action::Answer(Answer::error(404, "NAME_UNKNOWN"));
    proxy.fault(Rule::new(|asked| asks_for_list(asked) && asked.query.contains("last="), refused).after(1));
    let error = list(&places(Vec::new()), proxy.host()).await.unwrap_err();
    assert!(matches!(&error, TransportError::Unsupported { .. }), "{error:?}");
}
