//! Who is given credentials, and who is not.

use std::sync::Arc;

use http::Method;
use portolan_testkit::proxy::{Action, Answer, Asked, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_transport::{
    Begun, Chunk, HostEnvironment, Hosts, HostsOptions, MemoryPins, MountFrom, Places, PlacesOptions,
    RealmPins, RegistrySettings, Resumed, Source as _, Target as _, TlsFiles, TlsSettings, TransportError,
};

use super::support::{Blob, begin, impatient, login, pieces, places, push, read, repository, tag, unset};

const BASIC: &str = "Basic bWU6c2VzYW1l";

async fn with_passwords() -> Option<(Registry, Proxy)> {
    let registry = Registry::builder().htpasswd(&[("me", "sesame")]).start().await?;
    let proxy = Proxy::before(&registry).await;
    Some((registry, proxy))
}

async fn with_tokens(server: &TokenServer) -> Option<(Registry, Proxy)> {
    let registry = Registry::builder().token_auth(server).start().await?;
    let proxy = Proxy::before(&registry).await;
    Some((registry, proxy))
}

#[tokio::test]
async fn the_first_request_goes_without_and_later_ones_bring_them() {
    let Some((_registry, proxy)) = with_passwords().await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    for _ in 0..2 {
        assert!(repository.resolve(&tag("a")).await.unwrap_err().is_not_found());
    }
    let brought: Vec<_> = proxy.records().into_iter().map(|record| record.authorization).collect();
    assert_eq!(brought, [None, Some(BASIC.to_owned()), Some(BASIC.to_owned())]);
}

#[tokio::test]
async fn a_refused_login_is_told_with_its_user_and_without_its_password() {
    let Some((registry, proxy)) = with_passwords().await else { return };
    let host = proxy.host();
    let cases = [(vec![login(host, "me", "s3cr3t")], Some("me"), 2), (Vec::new(), None, 1)];
    for (settings, expected, requests) in cases {
        proxy.clear();
        let repository = repository(&places(settings), host, "r");
        let error = repository.resolve(&tag("a")).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("s3cr3t") && !shown.contains("Basic"), "{shown}");
        let TransportError::Unauthorized { user, .. } = error else { panic!("{error:?}") };
        assert_eq!(user.as_deref(), expected);
        assert_eq!(proxy.records().len(), requests);
    }
    drop(registry);
}

#[tokio::test]
async fn a_redirect_does_not_carry_credentials_to_another_host() {
    let Some((_registry, proxy)) = with_passwords().await else { return };
    let Some(open) = Registry::start().await else { return };
    let elsewhere = Proxy::before(&open).await;
    let blob = Blob::of_length(100_000);
    push(&repository(&places(Vec::new()), open.host(), "r"), &blob).await;
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    push(&repository, &blob).await;
    proxy.clear();
    proxy.fault(Rule::new(Asked::gets_blob, Action::RedirectTo(elsewhere.url())).always());
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
    assert!(proxy.records().iter().all(|record| record.authorization.as_deref() == Some(BASIC)));
    assert_eq!(elsewhere.count(|record| record.method == Method::GET), 1);
    assert_eq!(elsewhere.count(|record| record.authorization.is_some()), 0);
}

#[tokio::test]
async fn a_challenge_of_another_host_is_not_answered() {
    let Some((_registry, proxy)) = with_passwords().await else { return };
    let Some(closed) = Registry::builder().htpasswd(&[("me", "sesame")]).start().await else { return };
    let elsewhere = Proxy::before(&closed).await;
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    proxy.fault(Rule::new(|_| true, Action::RedirectTo(elsewhere.url())).always());
    let error = repository.resolve(&tag("a")).await.unwrap_err();
    assert!(
        matches!(&error, TransportError::Unauthorized { host, .. } if host == elsewhere.host()),
        "{error:?}"
    );
    assert_eq!(elsewhere.count(|record| record.authorization.is_some()), 0);
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let Some((_registry, proxy)) = with_passwords().await else { return };
    proxy.fault(Rule::new(|_| true, Action::RedirectTo(proxy.url())).always());
    let repository = repository(&places(Vec::new()), proxy.host(), "r");
    let error = repository.resolve(&tag("a")).await.unwrap_err();
    assert!(matches!(error, TransportError::Protocol { .. }), "{error:?}");
    assert_eq!(proxy.records().len(), 6);
}

#[tokio::test]
async fn an_upload_that_is_sent_to_another_host_goes_without_credentials() {
    let Some((registry, proxy)) = with_passwords().await else { return };
    let elsewhere = Proxy::before(&registry).await;
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    let blob = Blob::of_length(1000);
    proxy.fault(
        Rule::new(Asked::begins_upload, Action::RewriteLocation(elsewhere.host().to_owned())).always(),
    );
    let state = begin(&repository, &blob).await;
    // The registry behind the other address wants a login, which it does not get.
    let error = repository.finish(&state, blob.from(0)).await.unwrap_err();
    assert!(matches!(error, TransportError::Unauthorized { user: None, .. }), "{error:?}");
    assert_eq!(elsewhere.count(|record| record.method == Method::PUT), 1);
    assert_eq!(elsewhere.count(|record| record.authorization.is_some()), 0);
}

#[tokio::test]
async fn tokens_are_asked_for_what_is_done_and_no_more() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let places = places(vec![login(proxy.host(), "me", "sesame")]);
    let (r, s) = (repository(&places, proxy.host(), "r"), repository(&places, proxy.host(), "s"));
    let blob = Blob::of_length(1000);
    assert!(r.resolve(&tag("a")).await.unwrap_err().is_not_found());
    push(&r, &blob).await;
    let mount = MountFrom::Repository("r".parse().unwrap());
    assert_eq!(s.begin(&blob.descriptor, &mount).await.unwrap(), Begun::Mounted);
    r.delete(&blob.descriptor.digest.into()).await.unwrap();
    let scopes: Vec<_> = server.requests().into_iter().map(|request| request.scopes).collect();
    assert_eq!(
        scopes,
        [
            vec!["repository:r:pull"],
            vec!["repository:r:pull,push"],
            vec!["repository:s:pull,push", "repository:r:pull"],
            vec!["repository:r:delete"],
        ]
    );
}

#[tokio::test]
async fn a_token_is_fetched_once_for_all_who_need_it() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    let wanted = tag("a");
    let asked = (0..20).map(|_| repository.resolve(&wanted));
    for found in futures::future::join_all(asked).await {
        assert!(found.unwrap_err().is_not_found());
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn anybody_may_read_what_is_public() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((registry, proxy)) = with_tokens(&server).await else { return };
    let owner =
        repository(&places(vec![login(registry.host(), "me", "sesame")]), registry.host(), "public/r");
    let blob = Blob::of_length(1000);
    push(&owner, &blob).await;
    let anybody = repository(&places(Vec::new()), proxy.host(), "public/r");
    assert_eq!(read(&anybody, &blob.descriptor).await.unwrap(), blob.bytes);
    let error = anybody.begin(&blob.descriptor, &MountFrom::Nowhere).await.unwrap_err();
    assert!(matches!(error, TransportError::Unauthorized { user: None, .. }), "{error:?}");
}

#[tokio::test]
async fn who_may_only_read_is_denied_writing() {
    let server = TokenServer::builder().reader("guest", "welcome").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "guest", "welcome")]), proxy.host(), "r");
    let error = repository.begin(&Blob::of_length(1).descriptor, &MountFrom::Nowhere).await.unwrap_err();
    assert!(
        matches!(error, TransportError::Denied { .. } | TransportError::Unauthorized { .. }),
        "{error:?}"
    );
    assert_eq!(server.requests().len(), 1, "a refusal is not answered with the same question");
}

#[tokio::test]
async fn a_wrong_password_at_the_token_server_is_told() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "me", "s3cr3t")]), proxy.host(), "r");
    let error = repository.resolve(&tag("a")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    assert!(
        matches!(&error, TransportError::Unauthorized { user: Some(user), .. } if user == "me"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_token_that_ends_too_early_is_renewed() {
    let server = TokenServer::builder().user("me", "sesame").lifetime(2).claims_lifetime(300).start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    let blob = Blob::of_length(1000);
    while server.requests().len() < 3 {
        assert!(!repository.has_blob(&blob.descriptor).await.unwrap());
    }
}

#[tokio::test]
async fn an_upload_goes_on_after_its_token_has_ended() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    let blob = Blob::of_length(200_000);
    let state = begin(&repository, &blob).await;
    let chunk = || Chunk::new(100_000, pieces(&blob.bytes.slice(..100_000)));
    let ended = Answer::error(401, "UNAUTHORIZED")
        .header("www-authenticate", &challenge(&server, "repository:r:push"));
    proxy.fault(Rule::new(Asked::sends_blob, Action::Answer(ended)));
    let error = repository.append(&state, chunk()).await.unwrap_err();
    assert!(matches!(error, TransportError::Unavailable { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 2);
    let Resumed::At(state) = repository.resume(&state).await.unwrap() else { panic!("it is gone") };
    let state = repository.append(&state, chunk()).await.unwrap();
    repository.finish(&state, blob.from(100_000)).await.unwrap();
    assert_eq!(read(&repository, &blob.descriptor).await.unwrap(), blob.bytes);
    assert_eq!(server.requests().len(), 2);
}

fn challenge(server: &TokenServer, scope: &str) -> String {
    format!(r#"Bearer realm="{}",service="{}",scope="{scope}""#, server.realm(), server.service())
}

#[tokio::test]
async fn a_mount_that_is_refused_becomes_an_upload() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let repository = repository(&places(vec![login(proxy.host(), "me", "sesame")]), proxy.host(), "r");
    let blob = Blob::of_length(1000);
    let scopes = "repository:r:pull,push repository:secret:pull";
    let refused = Answer::error(401, "UNAUTHORIZED").header("www-authenticate", &challenge(&server, scopes));
    for answer in [refused, Answer::error(403, "DENIED"), Answer::error(400, "BLOB_UNKNOWN")] {
        proxy.heal();
        let rule = Rule::new(|asked| asked.query.contains("mount="), Action::Answer(answer));
        proxy.fault(rule.always());
        let mount = MountFrom::Repository("secret".parse().unwrap());
        let begun = repository.begin(&blob.descriptor, &mount).await.unwrap();
        assert!(matches!(begun, Begun::Upload(_)), "{begun:?}");
    }
}

#[tokio::test]
async fn an_identity_token_is_turned_into_access() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((registry, proxy)) = with_tokens(&server).await else { return };
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".docker")).unwrap();
    let (host, token) = (proxy.host(), server.identity_token("me"));
    let file = format!(r#"{{"auths":{{"{host}":{{"auth":"bWU6","identitytoken":"{token}"}}}}}}"#);
    std::fs::write(home.path().join(".docker/config.json"), file).unwrap();
    let environment = HostEnvironment { home: Some(home.path().to_owned()), ..HostEnvironment::default() };
    let hosts = Hosts::new(HostsOptions { settings: Vec::new(), environment }).unwrap();
    let places = Places::new(PlacesOptions { client: impatient(), ..PlacesOptions::new(hosts) });
    push(&repository(&places, host, "r"), &Blob::of_length(1000)).await;
    let methods: Vec<_> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, [Method::POST]);
    drop(registry);
}

async fn refused_realm(settings: RegistrySettings, pins: MemoryPins, server: &TokenServer) -> TransportError {
    let hosts =
        Hosts::new(HostsOptions { settings: vec![settings.clone()], ..HostsOptions::default() }).unwrap();
    let options = PlacesOptions { client: impatient(), pins: Arc::new(pins), ..PlacesOptions::new(hosts) };
    let host = settings.host.to_string();
    let error = repository(&Places::new(options), &host, "r").resolve(&tag("a")).await.unwrap_err();
    assert_eq!(server.requests().len(), 0, "the token server was asked");
    error
}

#[tokio::test]
async fn a_token_server_that_is_not_the_known_one_gets_nothing() {
    let server = TokenServer::builder().user("me", "sesame").start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let settings = login(proxy.host(), "me", "sesame");

    let pins = MemoryPins::default();
    pins.pin(proxy.host(), "https://auth.example").await.unwrap();
    let error = refused_realm(settings.clone(), pins, &server).await;
    let TransportError::Forbidden { reason, .. } = error else { panic!("{error:?}") };
    assert!(reason.contains("https://auth.example") && reason.contains("token_realm"), "{reason}");

    let named = RegistrySettings { token_realm: Some("https://auth.example".to_owned()), ..settings.clone() };
    let error = refused_realm(named, MemoryPins::default(), &server).await;
    assert!(matches!(error, TransportError::Forbidden { .. }), "{error:?}");

    let named = RegistrySettings { token_realm: Some(server.realm()), ..settings };
    let repository = repository(&places(vec![named]), proxy.host(), "r");
    assert!(repository.resolve(&tag("a")).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_token_server_is_secured_by_its_own_settings() {
    let server = TokenServer::builder().user("me", "sesame").tls().start().await;
    let Some((_registry, proxy)) = with_tokens(&server).await else { return };
    let settings = login(proxy.host(), "me", "sesame");
    let stranger = repository(&places(vec![settings.clone()]), proxy.host(), "r");
    let error = stranger.resolve(&tag("a")).await.unwrap_err();
    assert!(matches!(error, TransportError::Tls { .. }), "{error:?}");

    let ca = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca.path(), server.ca_pem()).unwrap();
    let realm = server.realm();
    let authority = realm.trim_start_matches("https://").split('/').next().unwrap();
    let trusted = RegistrySettings {
        tls: Some(TlsSettings::Files(TlsFiles { ca: Some(ca.path().to_owned()), ..TlsFiles::default() })),
        ..unset(authority)
    };
    let friend = repository(&places(vec![settings, trusted]), proxy.host(), "r");
    assert!(friend.resolve(&tag("a")).await.unwrap_err().is_not_found());
}
