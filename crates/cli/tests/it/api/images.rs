//! What the store holds, as the API shows it.

use http::Method;
use portolan_testkit::client::Client;
use portolan_testkit::zoo;
use serde_json::{Value, json};

use super::client::Api;
use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn repositories_tags_images_and_changes_are_listed_in_pages() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let (api, image) = (Api::of(&daemon), zoo::one("oci-image"));
    let tags: Vec<String> = ["v1", "v2", "v3"].map(str::to_owned).to_vec();
    for repository in ["team/one", "team/two"] {
        daemon.client().push(repository, &image).await;
        daemon.client().push_tree(repository, &image.root, &tags).await.unwrap();
    }
    let names = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = api.get("/repositories?limit=1").await.is(200);
    assert_eq!((names(&first), &first["next"]), (vec!["team/one".to_owned()], &json!("team/one")));
    let second = api.get("/repositories?limit=1&after=team/one").await.is(200);
    assert_eq!((names(&second), second.get("next")), (vec!["team/two".to_owned()], None));

    let page = api.get("/tags?repository=team/one&limit=3").await.is(200);
    assert_eq!(names(&page), ["oci-image", "oci-image-again", "v1"]);
    let digest = image.root.descriptor()["digest"].clone();
    assert_eq!((&page["items"][0]["digest"], &page["next"]), (&digest, &json!("v1")));
    let rest = api.get("/tags?repository=team/one&limit=3&after=v1").await;
    assert_eq!(names(&rest.body), ["v2", "v3"]);
    let tag = rest.header("etag").to_owned();
    let path = "/tags?repository=team/one&limit=3&after=v1";
    let again = api.ask(Method::GET, path, &[("if-none-match", &tag)], None).await;
    assert_eq!((again.status, again.body), (304, Value::Null));

    let shown = api.get("/images?repository=team/two&reference=v3").await.is(200);
    assert_eq!((&shown["digest"], &shown["manifest"]["schemaVersion"]), (&digest, &json!(2)));
    let history = api.get("/tags/history?repository=team/two&tag=v3").await.is(200);
    assert_eq!((&history["items"][0]["digest"], &history["items"][0]["cause"]), (&digest, &json!("push")));

    let changes = api.until("/changes?limit=3", |page| page["items"].as_array().unwrap().len() == 3).await;
    assert_eq!((&changes["items"][0]["seq"], &changes["next"]), (&json!(1), &json!("3")));
    let next = api.get("/changes?after=3&limit=1").await.is(200);
    assert_eq!(next["items"][0]["seq"], 4);

    api.get("/tags?repository=none").await.is(404);
    api.get("/tags?repository=UPPER").await.is(400);
    api.get("/tags").await.is(400);
    api.get("/images?repository=team/one&reference=none").await.is(404);
    api.get("/images?repository=team/one&reference=sha256:short").await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_what_he_may_pull() {
    let sandbox = Sandbox::new();
    sandbox.write("portolan.yaml", "version: 1\naccess: {}\n");
    sandbox.run_with("user add root --admin --password-stdin", "correct horse").succeeded();
    sandbox.run_with("user add anna --grant team/**=pull --password-stdin", "correct horse").succeeded();
    let daemon = Daemon::start(&sandbox);
    let root = Client::login(daemon.url(), "root", "correct horse");
    for repository in ["team/app", "secret/app"] {
        root.push(repository, &zoo::one("oci-image")).await;
    }
    let anna = Api::with(&daemon, "anna", "correct horse");
    let list = anna.get("/repositories").await.is(200);
    assert_eq!(list["items"], json!([{ "name": "team/app" }]));
    anna.get("/tags?repository=team/app").await.is(200);
    for path in ["/tags?repository=secret/app", "/images?repository=secret/app&reference=oci-image"] {
        let hidden = anna.get(path).await.is(404);
        let none = anna.get(&path.replace("secret/app", "secret/none")).await.is(404);
        assert_eq!(
            hidden["detail"].as_str().unwrap().replace("secret/app", "secret/none"),
            none["detail"].as_str().unwrap(),
            "whether there is one is not told"
        );
    }
    anna.get("/tags/history?repository=secret/app&tag=oci-image").await.is(404);
}
