//! What the API says of itself.

use portolan_testkit::client::http as http_client;
use serde_json::Value;

use crate::daemon::Daemon;
use crate::sandbox::{Sandbox, repository};

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_the_one_that_is_kept_and_the_page_shows_all_of_it() {
    let sandbox = Sandbox::new();
    let daemon = Daemon::start(&sandbox);
    let get = async |path: &str| {
        let answer = http_client().get(format!("{}{path}", daemon.url())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    };
    let (served, page) = (get("/api/openapi.json").await, get("/api/docs").await);
    assert_eq!(served, std::fs::read_to_string(repository().join("docs/src/openapi.json")).unwrap());
    assert_eq!(served, sandbox.run("openapi").succeeded());
    let document: Value = serde_json::from_str(&served).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
    let mut seen = 0;
    for (method, operation) in operations {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.contains(&format!("<details id=\"{id}\">")), "{method} {id}");
        assert!(operation["summary"].is_string(), "{id}");
        assert_eq!(operation["responses"]["default"]["content"].as_object().unwrap().len(), 1);
        seen += 1;
    }
    assert!(seen > 25, "{seen}");
    assert!(
        !page.contains("<script") && !page.contains("http://") && !page.contains("https://"),
        "no network"
    );

    // Each thing that is named is described.
    let mut names = Vec::new();
    references(&document, &mut names);
    for name in names {
        let name = name.strip_prefix("#/components/schemas/").unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
}

fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(entries) => {
            found.extend(entries.get("$ref").and_then(Value::as_str));
            entries.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
