//! Who is let in, and what he may do there.

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use portolan_catalog::{
    Access, CreateToken, Grant, Grants, NewToken, NewUser, Role, Token, UserChange, UserName,
};
use portolan_server::access::hash;
use portolan_testkit::digest;
use portolan_testkit::process::Process;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::Door;
use crate::door::{header, json, refusal};

const PASSWORD: &str = "correct horse";

fn grants(texts: &[&str]) -> Grants {
    let grant = |text: &&str| {
        let (pattern, actions) = text.split_once(' ').unwrap();
        Grant { pattern: pattern.parse().unwrap(), actions: actions.parse().unwrap() }
    };
    Grants::new(texts.iter().map(grant).collect())
}

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

async fn add(access: &Access, user: &str, role: Role, granted: &[&str]) {
    let password = Some(hash(PASSWORD).unwrap());
    let user = NewUser { name: name(user), password, role, grants: grants(granted) };
    access.add_user(&user, "test").await.unwrap();
}

/// A door where nothing goes without a login, with an admin, anna who may push below `team/`, and ben who may pull
/// there.
async fn closed() -> Door {
    let door = Door::guarded(Grants::default()).await;
    let access = door.access();
    add(&access, "root", Role::Admin, &[]).await;
    add(&access, "anna", Role::Member, &["team/** pull,push"]).await;
    add(&access, "ben", Role::Member, &["team/* pull"]).await;
    door
}

async fn token(access: &Access, user: &str, narrowed: &[&str], expires_at: Option<Timestamp>) -> Token {
    let new = NewToken { user: name(user), note: String::new(), narrowed: grants(narrowed), expires_at };
    match access.create_token(&new, "test").await.unwrap() {
        CreateToken::Created(token) => token,
        CreateToken::NoSuchUser => panic!("no {user}"),
    }
}

fn as_user(request: RequestBuilder, user: &str) -> RequestBuilder {
    request.basic_auth(user, Some(PASSWORD))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Asks again until the answer has this status: what was changed counts within a second.
async fn becomes(status: u16, ask: impl Fn() -> RequestBuilder) -> Response {
    let asking = async {
        loop {
            let response = ask().send().await.unwrap();
            if response.status().as_u16() == status {
                return response;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap()
}

/// Pushes a blob as this user; its digest.
async fn push_blob(door: &Door, user: &str, repository: &str, bytes: &[u8]) -> String {
    let digest = digest::sha256(bytes);
    let path = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
    let post = as_user(door.ask(Method::POST, &path), user).body(bytes.to_vec());
    let pushed = post.header("content-type", "application/octet-stream").send().await.unwrap();
    assert_eq!(pushed.status(), 201);
    digest
}

#[tokio::test]
async fn nothing_goes_without_a_login() {
    let door = closed().await;
    for path in ["/v2/", "/v2/_catalog", "/v2/team/app/tags/list", "/v2/not/there/tags/list"] {
        let response = door.get(path).await;
        assert_eq!(header(&response, "www-authenticate"), "Basic realm=\"Portolan\", charset=\"UTF-8\"");
        assert_eq!(refusal(response).await, (401, "UNAUTHORIZED".to_owned()), "{path}");
    }
    assert_eq!(door.get("/metrics").await.status(), 401);
    assert_eq!(door.get("/healthz").await.status(), 200);
    assert_eq!(door.get("/readyz").await.status(), 200);
    let ask = |path: &str| door.ask(Method::GET, path);
    assert_eq!(status(as_user(ask("/v2/"), "anna")).await, 200);
    assert_eq!(status(as_user(ask("/metrics"), "ben")).await, 200);
    for (user, password) in [("anna", "wrong horse"), ("nobody", PASSWORD), ("a b", PASSWORD), ("anna", "")] {
        let response = ask("/v2/").basic_auth(user, Some(password)).send().await.unwrap();
        assert!(response.headers().contains_key("www-authenticate"));
        assert_eq!(refusal(response).await.0, 401, "{user}");
    }
    for wrong in ["Bearer ptl_0011223344_00", "Bearer ptp_e30.e30", "Digest x", "Basic ???"] {
        assert_eq!(status(ask("/v2/").header("authorization", wrong)).await, 401, "{wrong}");
    }
    // Where nobody is asked by `Bearer`, the endpoint works all the same for who knows it.
    assert_eq!(status(as_user(ask("/v2/token"), "anna")).await, 200);
}

#[tokio::test]
async fn each_does_what_he_is_granted() {
    let door = closed().await;
    let blob = push_blob(&door, "anna", "team/app", b"some bytes").await;
    let other = push_blob(&door, "root", "other/app", b"other bytes").await;
    let ask = async |user: &str, method: Method, path: String| {
        let response = as_user(door.ask(method, &path), user).send().await.unwrap();
        let status = response.status().as_u16();
        if status == 403 {
            assert_eq!(refusal(response).await.1, "DENIED");
        }
        status
    };
    let of_team = format!("/v2/team/app/blobs/{blob}");
    let of_other = format!("/v2/other/app/blobs/{other}");
    assert_eq!(ask("anna", Method::GET, of_team.clone()).await, 200);
    assert_eq!(ask("ben", Method::GET, of_team.clone()).await, 200);
    assert_eq!(ask("root", Method::GET, of_team.clone()).await, 200);
    for user in ["anna", "ben"] {
        assert_eq!(ask(user, Method::GET, of_other.clone()).await, 403);
        assert_eq!(ask(user, Method::GET, "/v2/not/there/tags/list".to_owned()).await, 403);
        assert_eq!(ask(user, Method::DELETE, of_team.clone()).await, 403);
    }
    assert_eq!(ask("ben", Method::POST, "/v2/team/app/blobs/uploads/".to_owned()).await, 403);
    assert_eq!(
        ask("ben", Method::GET, "/v2/team/app/cache/tags/list".to_owned()).await,
        403,
        "one level only"
    );
    assert_eq!(ask("root", Method::DELETE, of_other).await, 202);
    // Each sees what he may read.
    for repository in ["team/app", "other/app"] {
        let config = push_blob(&door, "root", repository, b"{}").await;
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": config},
            "layers": [],
        });
        let put = door.ask(Method::PUT, &format!("/v2/{repository}/manifests/v1"));
        let put = put.header("content-type", "application/vnd.oci.image.manifest.v1+json");
        assert_eq!(status(as_user(put, "root").body(manifest.to_string())).await, 201);
    }
    let list = async |user| {
        let listed = as_user(door.ask(Method::GET, "/v2/_catalog"), user).send().await.unwrap();
        json(listed).await["repositories"].clone()
    };
    assert_eq!(list("root").await, serde_json::json!(["other/app", "team/app"]));
    assert_eq!(list("ben").await, serde_json::json!(["team/app"]));
}

#[tokio::test]
async fn what_one_may_not_read_is_not_mounted_and_looks_as_if_it_were_not_there() {
    let door = closed().await;
    let secret = push_blob(&door, "root", "secret/app", b"secret bytes").await;
    let nowhere = digest::sha256(b"nowhere");
    for digest in [&secret, &nowhere] {
        for from in ["&from=secret/app", ""] {
            let path = format!("/v2/team/app/blobs/uploads/?mount={digest}{from}");
            let response = as_user(door.ask(Method::POST, &path), "anna").send().await.unwrap();
            assert_eq!(response.status(), 202, "{path}");
        }
    }
    let path = format!("/v2/team/app/blobs/{secret}");
    assert_eq!(status(as_user(door.ask(Method::HEAD, &path), "anna")).await, 404);
    let path = format!("/v2/team/app/blobs/uploads/?mount={secret}");
    assert_eq!(status(as_user(door.ask(Method::POST, &path), "root")).await, 201);
}

#[tokio::test]
async fn nobody_goes_on_with_the_upload_of_another() {
    let door = closed().await;
    let begun = as_user(door.ask(Method::POST, "/v2/team/app/blobs/uploads/"), "anna").send().await.unwrap();
    let session = header(&begun, "location").to_owned();
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let response = as_user(door.ask(method.clone(), &session), "root").send().await.unwrap();
        assert_eq!(refusal(response).await, (404, "BLOB_UPLOAD_UNKNOWN".to_owned()), "{method}");
    }
    assert_eq!(status(as_user(door.ask(Method::GET, &session), "anna")).await, 204);
}

#[tokio::test]
async fn a_token_stands_for_its_user_as_far_as_it_says() {
    let door = closed().await;
    let access = door.access();
    let wide = token(&access, "anna", &[], None).await;
    let narrow = token(&access, "anna", &["team/** pull", "other/** pull"], None).await;
    let ended = token(&access, "root", &[], Some(Timestamp::now())).await;
    let tags = |repository: &str| door.ask(Method::GET, &format!("/v2/{repository}/tags/list"));
    let push = || door.ask(Method::POST, "/v2/team/app/blobs/uploads/");

    assert_eq!(status(push().bearer_auth(wide.reveal())).await, 202);
    assert_eq!(status(push().basic_auth("whoever", Some(wide.reveal()))).await, 202);
    assert_eq!(status(tags("team/app").bearer_auth(narrow.reveal())).await, 404);
    assert_eq!(status(push().bearer_auth(narrow.reveal())).await, 403);
    assert_eq!(status(tags("other/app").bearer_auth(narrow.reveal())).await, 403, "not more than the user");
    assert_eq!(status(push().bearer_auth(ended.reveal())).await, 401);

    access.revoke_token(wide.name(), "test").await.unwrap();
    becomes(401, || push().bearer_auth(wide.reveal())).await;
    access.change_user(&name("anna"), &UserChange::Disable, "test").await.unwrap();
    becomes(401, || tags("team/app").bearer_auth(narrow.reveal())).await;
    let listed = access.tokens().await.unwrap();
    let used = |token: &Token| listed.iter().any(|each| each.name == token.name() && each.used_at.is_some());
    assert!(used(&wide) && used(&narrow) && !used(&ended));
}

#[tokio::test]
async fn who_is_disabled_or_has_another_password_is_out() {
    let door = closed().await;
    let (access, anna) = (door.access(), name("anna"));
    let ask = || as_user(door.ask(Method::GET, "/v2/"), "anna");
    assert_eq!(status(ask()).await, 200);
    access.change_user(&anna, &UserChange::Disable, "test").await.unwrap();
    becomes(401, ask).await;
    access.change_user(&anna, &UserChange::Enable, "test").await.unwrap();
    becomes(200, ask).await;
    let other = UserChange::Password(Some(hash("battery staple").unwrap()));
    access.change_user(&anna, &other, "test").await.unwrap();
    becomes(401, ask).await;
    let with_the_new = door.ask(Method::GET, "/v2/").basic_auth("anna", Some("battery staple"));
    assert_eq!(status(with_the_new).await, 200);
    access.delete_user(&anna, "test").await.unwrap();
    add(&access, "anna", Role::Member, &["team/** pull"]).await;
    becomes(200, ask).await;
    let push = as_user(door.ask(Method::POST, "/v2/team/app/blobs/uploads/"), "anna");
    assert_eq!(status(push).await, 403, "another user of that name");
}

/// A door where everybody may pull below `public/`.
async fn half_open() -> Door {
    let door = Door::guarded(grants(&["public/** pull"])).await;
    add(&door.access(), "anna", Role::Member, &["public/** push", "team/** pull"]).await;
    door
}

async fn pass(response: Response) -> String {
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    let pass: Value = json(response).await;
    assert_eq!((&pass["token"], &pass["expires_in"]), (&pass["access_token"], &Value::from(300)));
    pass["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn where_something_goes_without_a_login_clients_get_a_pass() {
    let door = half_open().await;
    let base = door.get("/v2/").await;
    let realm = format!("Bearer realm=\"http://{}/v2/token\",service=\"portolan\"", door.host());
    assert_eq!(header(&base, "www-authenticate"), realm);
    assert_eq!(refusal(base).await.0, 401);
    let behind_tls = door.ask(Method::GET, "/v2/").header("x-forwarded-proto", "https").send().await.unwrap();
    assert!(header(&behind_tls, "www-authenticate").starts_with("Bearer realm=\"https://"));

    let ask = |method: Method, path: &str| door.ask(method, path);
    let endpoint = "/v2/token?service=portolan&scope=repository:public/app:pull";
    let guest = pass(door.get(endpoint).await).await;
    assert_eq!(status(ask(Method::GET, "/v2/").bearer_auth(&guest)).await, 200);
    assert_eq!(status(ask(Method::GET, "/v2/public/app/tags/list").bearer_auth(&guest)).await, 404);
    assert_eq!(status(ask(Method::GET, "/v2/public/app/tags/list")).await, 404, "without a pass too");
    let push = ask(Method::POST, "/v2/public/app/blobs/uploads/").bearer_auth(&guest).send().await.unwrap();
    let wanted = header(&push, "www-authenticate").to_owned();
    assert_eq!(wanted, format!("{realm},scope=\"repository:public/app:pull,push\""));
    assert_eq!(refusal(push).await.0, 401);

    let anna = pass(as_user(ask(Method::GET, endpoint), "anna").send().await.unwrap()).await;
    assert_eq!(status(ask(Method::POST, "/v2/public/app/blobs/uploads/").bearer_auth(&anna)).await, 202);
    assert_eq!(status(ask(Method::GET, "/v2/public/app/tags/list").bearer_auth(&anna)).await, 404);
    assert_eq!(status(ask(Method::GET, "/v2/team/app/tags/list").bearer_auth(&anna)).await, 404);
    assert_eq!(status(ask(Method::GET, "/v2/secret/app/tags/list").bearer_auth(&anna)).await, 403);
    let wrong = ask(Method::GET, endpoint).basic_auth("anna", Some("wrong horse"));
    assert_eq!(status(wrong).await, 401);
    assert_eq!(status(ask(Method::POST, "/v2/token")).await, 405);

    let token = token(&door.access(), "anna", &["team/** pull"], None).await;
    let by_token = pass(ask(Method::GET, endpoint).bearer_auth(token.reveal()).send().await.unwrap()).await;
    let push = || ask(Method::POST, "/v2/public/app/blobs/uploads/");
    assert_eq!(status(push().bearer_auth(&by_token)).await, 403, "narrowed as the token is");
    door.access().change_user(&name("anna"), &UserChange::Disable, "test").await.unwrap();
    becomes(401, || push().bearer_auth(&anna)).await;
    becomes(401, || push().bearer_auth(&by_token)).await;
    let guest = ask(Method::GET, "/v2/public/app/tags/list").bearer_auth(&guest);
    assert_eq!(status(guest).await, 404, "whoever else");
}

#[tokio::test]
async fn where_nobody_is_asked_there_are_no_passes() {
    let door = Door::sqlite().await;
    assert_eq!(refusal(door.get("/v2/token").await).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_log_in_at_once_cost_no_more_memory_than_two() {
    let door = closed().await;
    let asking = (0..64).map(|number| {
        // Each with another wrong password, but for some: none is remembered.
        let password = if number % 8 == 0 { PASSWORD.to_owned() } else { format!("wrong horse {number}") };
        let request = door.ask(Method::GET, "/v2/").basic_auth("anna", Some(password));
        tokio::spawn(async move { (number, request.send().await.unwrap().status().as_u16()) })
    });
    for each in asking.collect::<Vec<_>>() {
        let (number, status) = each.await.unwrap();
        assert_eq!(status, if number % 8 == 0 { 200 } else { 401 });
    }
    // The test's own client is in it too.
    assert!(Process::this().peak_memory() < 128 << 20, "{} MiB", Process::this().peak_memory() >> 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_logins_than_may_wait_are_told_to_come_again() {
    let door = closed().await;
    let asking = (0..200).map(|number| {
        let request = door.ask(Method::GET, "/v2/").basic_auth("anna", Some(format!("wrong horse {number}")));
        tokio::spawn(async move { request.send().await.unwrap() })
    });
    let (mut wrong, mut busy) = (0, 0);
    for each in asking.collect::<Vec<_>>() {
        let response = each.await.unwrap();
        if response.status() == 429 {
            assert_eq!(header(&response, "retry-after"), "1");
            assert_eq!(refusal(response).await.1, "TOOMANYREQUESTS");
            busy += 1;
        } else {
            assert_eq!(response.status(), 401);
            wrong += 1;
        }
    }
    assert!(wrong >= 66 && busy > 0, "{wrong} wrong, {busy} busy");
    assert_eq!(status(as_user(door.ask(Method::GET, "/v2/"), "anna")).await, 200);
}
