//! What a daemon has to know for its lists to be long.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use portolan_testkit::client::Client as Pusher;
use portolan_testkit::workload;
use serde_json::{Value, json};

use super::api::Api;
use crate::row::Row;
use crate::serve::{self, Portolan, ServeError};
use crate::tags::Server as Source;

/// Tags that one PUT sets; Portolan takes no more.
const AT_ONCE: usize = 64;
/// How often it is looked whether all mirrors were run, and for how long at most.
const LOOK: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(300);

/// The repository that has more tags than others.
pub(super) const LARGEST: &str = "lists/all";
/// A tag of it that was moved often.
pub(super) const MOVED: &str = "moved";
/// The mirrors that have a part of their own: one that brought many images, one that brought none of as many, one
/// that was run often.
pub(super) const WHOLE: &str = "whole";
pub(super) const BROKEN: &str = "broken";
pub(super) const OFTEN: &str = "often";

/// The configuration: mirrors that are run once when the daemon starts, and not again for a month.
pub(super) fn configuration(source: &str, database: Option<&str>, mirrors: u64) -> String {
    let mut text = "version: 1\n".to_owned();
    // Writing to a text does not fail.
    if let Some(url) = database {
        _ = writeln!(text, "database: {url}");
    }
    text.push_str("mirrors:\n");
    let many = (0..mirrors).map(|nth| (format!("mirror-{nth:04}"), "one"));
    let special = [(WHOLE, "whole"), (BROKEN, "broken"), (OFTEN, "one")];
    for (name, repository) in many.chain(special.map(|(name, repository)| (name.to_owned(), repository))) {
        _ = writeln!(
            text,
            "  - name: {name}\n    source: {source}/lists/{repository}\n    targets: ['store:mirrored/{name}']\n    \
             every: 720h"
        );
    }
    text
}

/// A registry with what the mirrors of the configuration take.
pub(super) async fn source(scale: f64) -> std::io::Result<Source> {
    let source = Source::start().await?;
    let images: Vec<_> = (0..8).map(|nth| workload::tiny(50_000 + nth)).collect();
    source.show("lists/one", 1, &images);
    source.show("lists/whole", Row::most_tags(scale), &images);
    source.promise("lists/broken", Row::most_tags(scale));
    Ok(source)
}

/// Fills a daemon that was started with the configuration.
pub(super) async fn fill(server: &Portolan, scale: f64) -> Result<(), ServeError> {
    let (api, entries) = (Api::of(server)?, Row::entries(scale));
    serve::fill(server, Row::ApiLists, scale).await?;
    tags(server, scale).await?;
    people(&api, entries).await?;
    ran(&api).await?;
    for _ in 0..entries {
        api.post(&format!("/mirrors/{OFTEN}/runs"), &Value::Null).await?;
    }
    ran(&api).await
}

/// A repository with many tags, one of which is moved often.
async fn tags(server: &Portolan, scale: f64) -> Result<(), ServeError> {
    let client = Pusher::new(server.url());
    let images = [workload::tiny(40_001), workload::tiny(40_002)];
    for image in &images {
        client.try_push(LARGEST, image).await.map_err(ServeError::Refused)?;
    }
    let [image, _] = &images;
    let names: Vec<String> = (0..Row::most_tags(scale)).map(|nth| format!("tag=t{nth:05}")).collect();
    for names in names.chunks(AT_ONCE) {
        let reference = format!("{}?{}", image.root.digest, names.join("&"));
        serve::put(&client, LARGEST, (&reference, image)).await?;
    }
    let moves = usize::try_from(Row::entries(scale)).unwrap_or(usize::MAX);
    for image in images.iter().cycle().take(moves) {
        serve::put(&client, LARGEST, (MOVED, image)).await?;
    }
    Ok(())
}

/// Users with a token each; what is done to them is audited.
async fn people(api: &Api, entries: u64) -> Result<(), ServeError> {
    for nth in 0..entries {
        let grants = json!([{"repositories": format!("team-{nth}/**"), "actions": ["pull", "push"]},
            {"repositories": "base/**", "actions": ["pull"]}]);
        api.post("/users", &json!({"name": format!("user-{nth:04}"), "grants": grants})).await?;
        let token = json!({"note": "to be listed", "only": [], "expires_at": null});
        api.post(&format!("/users/user-{nth:04}/tokens"), &token).await?;
    }
    Ok(())
}

/// Waits until each mirror was run, and none is.
async fn ran(api: &Api) -> Result<(), ServeError> {
    let began = Instant::now();
    while let Some(name) = unfinished(api).await? {
        if began.elapsed() > PATIENCE {
            return Err(ServeError::Answer(format!("for five minutes that `{name}` was not run")));
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// A mirror that was not run to its end.
async fn unfinished(api: &Api) -> Result<Option<String>, ServeError> {
    let mirrors = api.page(api.url("/mirrors?limit=1000")?).await?.items;
    let is_unfinished = |mirror: &&Value| {
        mirror.pointer("/last_run/ended_at").is_none_or(Value::is_null) || mirror.get("asked_at").is_some()
    };
    let name = |mirror: &Value| mirror.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(mirrors.iter().find(is_unfinished).map(name))
}

#[cfg(test)]
mod tests {
    use super::configuration;

    #[test]
    fn each_mirror_is_run_once_and_a_server_is_named() {
        let text = configuration("127.0.0.1:5000", Some("mysql://root@127.0.0.1:1/a"), 1);
        let begin = "version: 1\ndatabase: mysql://root@127.0.0.1:1/a\nmirrors:\n  - name: mirror-0000\n    \
            source: 127.0.0.1:5000/lists/one\n    targets: ['store:mirrored/mirror-0000']\n    every: 720h\n  - name: whole\n";
        assert!(text.starts_with(begin), "{text}");
        assert!(text.ends_with("targets: ['store:mirrored/often']\n    every: 720h\n"), "{text}");
        assert!(!configuration("127.0.0.1:5000", None, 1).contains("database"));
    }
}
