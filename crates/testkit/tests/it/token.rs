//! The real registry takes our tokens, for as long as it should.

use http::{Method, StatusCode};
use portolan_testkit::client::{self, Client};
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_testkit::zoo;
use serde_json::Value;

async fn ask(server: &TokenServer, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let request = client::http().post(server.realm());
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    let status = answer.status();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

async fn tags(registry: &Registry, token: &str, repository: &str) -> StatusCode {
    let url = format!("{}/v2/{repository}/tags/list", registry.url());
    client::http().get(url).bearer_auth(token).send().await.unwrap().status()
}

#[tokio::test]
async fn users_readers_and_strangers_may_do_what_they_should() {
    let server = TokenServer::builder().user("alice", "secret").reader("bob", "hunter2").start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let image = zoo::one("oci-image");
    let alice = Client::login(&registry.url(), "alice", "secret");
    alice.push("private/r", &image).await;
    alice.push("public/r", &image).await;
    let bob = Client::login(&registry.url(), "bob", "hunter2");
    assert!(bob.check_image("private/r", "oci-image").await.is_ok());
    assert!(bob.try_push("private/r", &zoo::one("artifact")).await.is_err());
    let stranger = Client::new(&registry.url());
    assert!(stranger.check_image("public/r", "oci-image").await.is_ok());
    let refused = stranger.status(Method::GET, "/v2/private/r/tags/list").await;
    assert_eq!(refused, StatusCode::UNAUTHORIZED);
    let requests = server.requests();
    assert_eq!(requests[0].user.as_deref(), Some("alice"));
    assert_eq!(requests[0].scopes, ["repository:private/r:pull,push,delete"]);
    assert_eq!(requests[0].service, server.service());
    assert!(requests.iter().any(|request| request.user.is_none() && request.authorization.is_none()));
}

#[tokio::test]
async fn wrong_passwords_and_strangers_are_refused() {
    let server = TokenServer::builder().user("alice", "secret").without_anonymous().start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let wrong = Client::login(&registry.url(), "alice", "guess");
    assert_eq!(wrong.status(Method::GET, "/v2/r/tags/list").await, StatusCode::UNAUTHORIZED);
    let stranger = Client::new(&registry.url());
    assert_eq!(stranger.status(Method::GET, "/v2/public/r/tags/list").await, StatusCode::UNAUTHORIZED);
    assert!(server.requests().iter().all(|request| request.status == StatusCode::UNAUTHORIZED));
}

#[tokio::test]
async fn password_and_refresh_grants_give_tokens() {
    let server = TokenServer::builder().user("alice", "secret").start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    Client::login(&registry.url(), "alice", "secret").push("r", &zoo::one("oci-image")).await;
    let scope = ("scope", "repository:r:pull");
    let service = ("service", server.service());
    let password = [("grant_type", "password"), ("username", "alice"), ("password", "secret")];
    let offline = [&password[..], &[scope, service, ("access_type", "offline")]].concat();
    let (status, answer) = ask(&server, &offline).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tags(&registry, answer["access_token"].as_str().unwrap(), "r").await, StatusCode::OK);
    for refresh in [answer["refresh_token"].as_str().unwrap(), &server.identity_token("alice")] {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), scope, service];
        let (status, answer) = ask(&server, &form).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(tags(&registry, answer["access_token"].as_str().unwrap(), "r").await, StatusCode::OK);
    }
    let (status, _) = ask(&server, &[("grant_type", "refresh_token"), ("refresh_token", "guess")]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_without_life_is_refused_whatever_it_claims() {
    let server = TokenServer::builder().user("alice", "secret").lifetime(-1).claims_lifetime(300);
    let server = server.start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let form = [("grant_type", "password"), ("username", "alice"), ("password", "secret")];
    let (_, answer) = ask(&server, &[&form[..], &[("service", server.service())]].concat()).await;
    assert_eq!(answer["expires_in"], 300);
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(tags(&registry, token, "r").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn lifetime_ends_while_the_token_is_used() {
    let server = TokenServer::builder().user("alice", "secret").lifetime(2).start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let alice = Client::login(&registry.url(), "alice", "secret");
    alice.push("r", &zoo::one("oci-image")).await;
    let form = [("grant_type", "password"), ("username", "alice"), ("password", "secret")];
    let scope = [("service", server.service()), ("scope", "repository:r:pull")];
    let (_, answer) = ask(&server, &[&form[..], &scope].concat()).await;
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(tags(&registry, token, "r").await, StatusCode::OK);
    while tags(&registry, token, "r").await == StatusCode::OK {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(alice.check_image("r", "oci-image").await.is_ok(), "a new token is fetched");
}

#[tokio::test]
async fn realm_with_tls() {
    let server = TokenServer::builder().user("alice", "secret").tls().start().await;
    let Some(registry) = Registry::builder().token_auth(&server).tls().start().await else { return };
    assert!(server.realm().starts_with("https://") && server.ca_pem().starts_with("-----BEGIN"));
    let alice = Client::login(&registry.url(), "alice", "secret");
    alice.push("r", &zoo::one("oci-image")).await;
    assert!(alice.check_image("r", "oci-image").await.is_ok());
}
