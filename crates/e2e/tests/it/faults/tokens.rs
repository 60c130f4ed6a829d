//! Tokens that end in the middle, and mounts that are not allowed.

use http::StatusCode;
use portolan_testkit::client::Client;
use portolan_testkit::proxy::{Action, Answer, Proxy, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::token::TokenServer;

use super::stage::{assert_whole, engine, image, impatient};
use crate::desk::{Desk, Manners, PASSWORD, USER, only};

/// Both registries take a token for two seconds, which the token server says is five minutes. What passes is
/// slow enough for every token to end in the middle of the large layer.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_end_in_the_middle_are_renewed() {
    let short = TokenServer::builder().user(USER, PASSWORD).without_anonymous();
    let server = short.lifetime(2).claims_lifetime(300).start().await;
    let (Some(from), Some(to)) = (
        Registry::builder().token_auth(&server).start().await,
        Registry::builder().token_auth(&server).start().await,
    ) else {
        return;
    };
    let image = image();
    Client::login(&from.url(), USER, PASSWORD).push("r", &image).await;
    let (source, target) = (Proxy::before(&from).await, Proxy::before(&to).await);
    target.set_upload_rate(Some(700_000));
    server.clear();
    let desk = Desk::with(impatient().login(source.host()).login(target.host())).await;
    let request = desk.request(&source.reference("r", "v1"), &target.reference("r", "v1")).await;
    only(&engine(&desk).copy(&request).await);
    assert_whole(&Client::login(&to.url(), USER, PASSWORD), "r", &image.root).await;
    let refused = target.count(|record| record.status == Some(StatusCode::UNAUTHORIZED));
    assert!(refused > 1, "no token ended while it was trusted");
}

/// The challenge names both repositories, and the token for both is refused all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_mount_that_is_refused_with_two_scopes_becomes_an_upload() {
    let server = TokenServer::builder().user(USER, PASSWORD).without_anonymous().start().await;
    let Some(registry) = Registry::builder().token_auth(&server).start().await else { return };
    let image = image();
    let client = Client::login(&registry.url(), USER, PASSWORD);
    client.push("secret", &image).await;
    let proxy = Proxy::before(&registry).await;
    let challenge = format!(
        r#"Bearer realm="{}",service="{}",scope="repository:r:pull,push repository:secret:pull""#,
        server.realm(),
        server.service()
    );
    let refused = Answer::error(401, "UNAUTHORIZED").header("www-authenticate", &challenge);
    let mounts = Rule::new(|asked| asked.query.contains("mount="), Action::Answer(refused));
    proxy.fault(mounts.always());
    let desk = Desk::with(Manners::default().login(proxy.host())).await;
    server.clear();
    let copied = desk.copy(&proxy.reference("secret", "v1"), &proxy.reference("r", "v1")).await;
    let blobs: usize = image.root.children.iter().map(|child| child.blobs.len()).sum();
    assert_eq!(only(&copied).tally.blobs_uploaded, blobs as u64);
    assert_whole(&client, "r", &image.root).await;
    assert!(proxy.count(|record| record.faults > 0) > 0, "no mount was tried");
    let both = ["repository:r:pull,push", "repository:secret:pull"];
    assert!(
        server
            .requests()
            .iter()
            .any(|request| both.iter().all(|scope| request.scopes.iter().any(|one| one == scope))),
        "no token was asked for both: {:?}",
        server.requests()
    );
}
