//! Credentials reach the host that they belong to, and nobody else: seen by proxies that keep every
//! `Authorization` header.

use http::Method;
use portolan_sync::{CopyError, ImageOutcome};
use portolan_testkit::client::Client;
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_testkit::zoo;
use portolan_transport::TransportError;
use tempfile::TempDir;

use crate::desk::{Desk, Manners, PASSWORD, USER, only};

/// Two registries over the same content: one that wants a login, and one that is open to all.
struct Twins {
    _storage: TempDir,
    /// Wants the login.
    closed: Registry,
    /// In front of the one that wants the login.
    front: Proxy,
    /// In front of the open one.
    elsewhere: Proxy,
    _open: Registry,
}

impl Twins {
    async fn start() -> Option<Self> {
        let storage = TempDir::new().unwrap();
        let over = |builder: portolan_testkit::registry::RegistryBuilder| builder.storage_dir(storage.path());
        let closed = over(Registry::builder()).htpasswd(&[(USER, PASSWORD)]).start().await?;
        let open = over(Registry::builder()).start().await?;
        let (front, elsewhere) = (Proxy::before(&closed).await, Proxy::before(&open).await);
        Some(Self { _storage: storage, closed, front, elsewhere, _open: open })
    }

    /// Panics unless the login was shown in front, and only there.
    fn assert_only_the_front_has_seen_it(&self) {
        assert!(self.front.count(|record| record.authorization.is_some()) > 0, "no login was needed");
        assert!(self.elsewhere.count(|_| true) > 0, "nobody went elsewhere");
        for record in self.elsewhere.records() {
            assert_eq!(record.authorization, None, "{}", record.line());
            let login = |text: &str| text.contains(USER) || text.contains(PASSWORD);
            assert!(!login(&record.query) && !login(&record.path), "{}", record.line());
        }
    }
}

/// The copy's failure.
fn failure(report: &portolan_sync::CopyReport) -> &CopyError {
    let ImageOutcome::Failed(cause) = &report.targets[0].outcome else { panic!("{report:?}") };
    let told = format!("{cause:?}");
    assert!(!told.contains(PASSWORD), "{told}");
    cause
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_lies_at_another_host_is_fetched_without_credentials() {
    let (Some(twins), Some(to)) = (Twins::start().await, Registry::start().await) else { return };
    twins.closed.client().push("r", &zoo::one("oci-index")).await;
    twins.front.fault(Rule::new(Asked::gets_blob, Action::RedirectTo(twins.elsewhere.url())).always());
    let desk = Desk::with(Manners::default().login(twins.front.host())).await;
    only(&desk.copy(&twins.front.reference("r", "oci-index"), &to.reference("r", "oci-index")).await);
    to.client().check_image("r", "oci-index").await.unwrap();
    twins.assert_only_the_front_has_seen_it();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_goes_on_at_another_host_goes_without_credentials() {
    let (Some(twins), Some(from)) = (Twins::start().await, Registry::start().await) else { return };
    from.client().push("r", &zoo::one("oci-index")).await;
    let host = twins.elsewhere.host().to_owned();
    twins.front.fault(Rule::new(Asked::begins_upload, Action::RewriteLocation(host)).always());
    let desk = Desk::with(Manners::default().login(twins.front.host())).await;
    only(&desk.copy(&from.reference("r", "oci-index"), &twins.front.reference("r", "oci-index")).await);
    twins.closed.client().check_image("r", "oci-index").await.unwrap();
    assert!(twins.elsewhere.count(|record| record.method == Method::PUT) > 0);
    twins.assert_only_the_front_has_seen_it();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_s_login_is_not_the_target_s() {
    let (Some(twins), Some(to)) = (Twins::start().await, Registry::start().await) else { return };
    twins.closed.client().push("r", &zoo::one("referrers")).await;
    let target = Proxy::before(&to).await;
    let desk = Desk::with(Manners::default().login(twins.front.host())).await;
    only(&desk.copy(&twins.front.reference("r", "referrers"), &target.reference("r", "referrers")).await);
    assert!(twins.front.count(|record| record.authorization.is_some()) > 0);
    assert_eq!(target.count(|record| record.authorization.is_some()), 0);
    assert!(target.count(|record| record.method == Method::PUT) > 0);
}

/// The challenge of a token server at this address.
fn challenge(realm: &str, service: &str) -> Answer {
    let challenge = format!(r#"Bearer realm="{realm}",service="{service}",scope="repository:r:pull""#);
    Answer::error(401, "UNAUTHORIZED").header("www-authenticate", &challenge)
}

/// The host does not exist; the refusal comes before anybody is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_server_on_another_host_without_tls_gets_no_credentials() {
    let Some(registry) = Registry::start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let elsewhere = challenge("http://tokens.invalid/token", "any");
    proxy.fault(Rule::new(|_| true, Action::Answer(elsewhere)).always());
    let desk = Desk::with(Manners::default().login(proxy.host())).await;
    let report = desk.copy(&proxy.reference("r", "v1"), &desk.layout("to", "v1")).await;
    let Some(TransportError::Forbidden { what, reason }) = failure(&report).transport() else {
        panic!("{report:?}")
    };
    assert!(what.contains("http://tokens.invalid"), "{what}");
    assert!(reason.contains("another host without TLS"), "{reason}");
    assert!(reason.contains("token_realm"), "the hint says what to set: {reason}");
    assert_eq!(proxy.count(|record| record.authorization.is_some()), 0);
}

/// The first token server has TLS and gets them; the registry is bound to it from then on.
#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_names_another_token_server_than_before_is_refused() {
    let dir = TempDir::new().unwrap();
    let known = TokenServer::builder().user(USER, PASSWORD).without_anonymous().tls().start().await;
    let other = TokenServer::builder().user(USER, PASSWORD).without_anonymous().start().await;
    let Some(registry) = Registry::builder().token_auth(&known).start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let authority = dir.path().join("authority.pem");
    std::fs::write(&authority, known.ca_pem()).unwrap();
    let manners = Manners::default().login(proxy.host()).trusting(&host_of(&known), authority);
    let desk = Desk::with(manners).await;
    zoo::write_layout(&desk.path("from"), &[zoo::one("oci-image")]);
    let from = desk.layout("from", "oci-image");
    only(&desk.copy(&from, &proxy.reference("r", "oci-image")).await);
    let client = Client::login(&registry.url(), USER, PASSWORD);
    client.check_image("r", "oci-image").await.unwrap();
    assert!(known.requests().iter().any(|request| request.user.as_deref() == Some(USER)));

    let renamed = challenge(&other.realm(), other.service());
    proxy.fault(Rule::new(|_| true, Action::Answer(renamed)).always());
    let report = desk.copy(&from, &proxy.reference("other", "oci-image")).await;
    let Some(TransportError::Forbidden { reason, .. }) = failure(&report).transport() else {
        panic!("{report:?}")
    };
    assert!(
        reason.contains(&format!("used {} before", known.realm().trim_end_matches("/token"))),
        "{reason}"
    );
    assert_eq!(other.requests().len(), 0, "the other token server hears nothing");
}

/// `127.0.0.1:PORT` of a token server.
fn host_of(server: &TokenServer) -> String {
    let realm = server.realm();
    realm.trim_start_matches("https://").trim_end_matches("/token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_without_the_password() {
    let Some(registry) = Registry::builder().htpasswd(&[(USER, "another")]).start().await else { return };
    let desk = Desk::with(Manners::default().login(registry.host())).await;
    let report = desk.copy(&registry.reference("r", "v1"), &desk.layout("to", "v1")).await;
    let Some(TransportError::Unauthorized { host, user, .. }) = failure(&report).transport() else {
        panic!("{report:?}")
    };
    assert_eq!((host.as_str(), user.as_deref()), (registry.host(), Some(USER)));
}
