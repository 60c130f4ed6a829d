//! Whether a registry takes a login.

use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;
use portolan_transport::LoginCheck;

use super::support::{login, places, unset};

async fn check(host: &str, user: &str, password: &str) -> LoginCheck {
    places(vec![login(host, user, password)]).check_login(&host.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn by_password() {
    let Some(registry) = Registry::builder().htpasswd(&[("robot", "swordfish")]).start().await else {
        return;
    };
    assert_eq!(check(registry.host(), "robot", "swordfish").await, LoginCheck::Accepted);
    assert_eq!(check(registry.host(), "robot", "wrong").await, LoginCheck::Refused);
    assert_eq!(check(registry.host(), "nobody", "swordfish").await, LoginCheck::Refused);
}

#[tokio::test]
async fn by_token_and_without_a_right_to_anything() {
    let tokens = TokenServer::builder().reader("robot", "swordfish").without_anonymous().start().await;
    let Some(registry) = Registry::builder().token_auth(&tokens).start().await else { return };
    assert_eq!(check(registry.host(), "robot", "swordfish").await, LoginCheck::Accepted);
    assert_eq!(check(registry.host(), "robot", "wrong").await, LoginCheck::Refused);
    assert!(tokens.requests().iter().all(|request| request.scopes.is_empty()), "{:?}", tokens.requests());
}

#[tokio::test]
async fn who_does_not_ask_gets_no_credentials() {
    let Some(registry) = Registry::start().await else { return };
    let proxy = Proxy::before(&registry).await;
    assert_eq!(check(proxy.host(), "robot", "swordfish").await, LoginCheck::NotAsked);
    let places = places(vec![unset(proxy.host())]);
    assert_eq!(places.check_login(&proxy.host().parse().unwrap()).await.unwrap(), LoginCheck::NotAsked);
    let records = proxy.records();
    assert!(records.iter().all(|record| record.authorization.is_none()), "{records:?}");
    assert!(records.iter().all(|record| record.line() == "GET /v2/"), "{records:?}");
}
