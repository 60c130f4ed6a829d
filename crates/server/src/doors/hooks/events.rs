//! What webhooks tell of. Of what senders document only that is read which names an image that was pushed; everything
//! else may be there, and is passed over.

use http::HeaderMap;
use jiff::Timestamp;
use portolan_config::HookKind;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// An image that was pushed, by its repository in the registry of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pushed {
    pub(super) repository: String,
    pub(super) tag: String,
    /// When, as the sender says.
    pub(super) at: Option<Timestamp>,
}

fn pushed(repository: &str, tag: &str) -> Pushed {
    Pushed { repository: repository.to_owned(), tag: tag.to_owned(), at: None }
}

impl Pushed {
    fn at(self, at: Option<Timestamp>) -> Self {
        Self { at, ..self }
    }
}

/// A time, as text or in seconds since 1970. Something else is none: it is told beside what matters.
fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(seconds) => Timestamp::from_second(seconds.as_i64()?).ok(),
        _ => None,
    }
}

/// Where the sender wants to hear what became of the images.
/// <https://docs.docker.com/docker-hub/repos/manage/webhooks/#validate-a-webhook-callback>
pub(super) fn callback(kind: HookKind, body: &[u8]) -> Option<Url> {
    #[derive(Deserialize)]
    struct Hook {
        callback_url: Option<String>,
    }
    if kind != HookKind::DockerHub {
        return None;
    }
    serde_json::from_slice::<Hook>(body).ok()?.callback_url?.parse().ok()
}

/// The images that were pushed. What tells of something else tells of none.
pub(super) fn read(kind: HookKind, headers: &HeaderMap, body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    match kind {
        HookKind::DockerHub => docker_hub(body),
        HookKind::DockerRegistry | HookKind::Gitlab => notifications(body),
        HookKind::Harbor => harbor(body),
        HookKind::Quay => quay(body),
        HookKind::Github => github(body),
        HookKind::Cloudevents => cloud_event(headers, body),
    }
}

/// <https://docs.docker.com/docker-hub/repos/manage/webhooks/>
fn docker_hub(body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    #[derive(Deserialize)]
    struct Hook {
        push_data: Data,
        repository: Repository,
    }
    #[derive(Deserialize)]
    struct Data {
        tag: String,
        #[serde(default)]
        pushed_at: Value,
    }
    #[derive(Deserialize)]
    struct Repository {
        repo_name: String,
    }
    let hook: Hook = serde_json::from_slice(body)?;
    let at = time(&hook.push_data.pushed_at);
    Ok(vec![pushed(&hook.repository.repo_name, &hook.push_data.tag).at(at)])
}

/// <https://distribution.github.io/distribution/about/notifications/>
fn notifications(body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    #[derive(Deserialize)]
    struct Envelope {
        events: Vec<Event>,
    }
    #[derive(Deserialize)]
    struct Event {
        action: String,
        #[serde(default)]
        timestamp: Value,
        #[serde(default)]
        target: Target,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Target {
        repository: String,
        tag: String,
    }
    let envelope: Envelope = serde_json::from_slice(body)?;
    // Blobs are pushed too, and have no tag.
    let events =
        envelope.events.iter().filter(|event| event.action == "push" && !event.target.tag.is_empty());
    let told = |event: &Event| pushed(&event.target.repository, &event.target.tag).at(time(&event.timestamp));
    Ok(events.map(told).collect())
}

/// What Harbor tells, by itself and as a `CloudEvent`.
#[derive(Deserialize)]
struct HarborData {
    resources: Vec<HarborResource>,
    repository: HarborRepository,
}

#[derive(Deserialize)]
struct HarborResource {
    #[serde(default)]
    tag: String,
}

#[derive(Deserialize)]
struct HarborRepository {
    repo_full_name: String,
}

impl HarborData {
    fn pushed(&self, at: Option<Timestamp>) -> Vec<Pushed> {
        // An artifact without a tag is told by its digest.
        let tagged = self.resources.iter().filter(|one| !one.tag.is_empty() && !one.tag.contains(':'));
        tagged.map(|one| pushed(&self.repository.repo_full_name, &one.tag).at(at)).collect()
    }
}

/// <https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/>
fn harbor(body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    #[derive(Deserialize)]
    struct Hook {
        #[serde(rename = "type")]
        kind: String,
        #[serde(default)]
        occur_at: Value,
        #[serde(default)]
        event_data: Value,
    }
    let hook: Hook = serde_json::from_slice(body)?;
    if hook.kind != "PUSH_ARTIFACT" {
        return Ok(Vec::new());
    }
    let at = time(&hook.occur_at);
    Ok(serde_json::from_value::<HarborData>(hook.event_data)?.pushed(at))
}

/// <https://docs.quay.io/guides/notifications.html>, "Repository Push"
fn quay(body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    #[derive(Deserialize)]
    struct Hook {
        repository: String,
        #[serde(default)]
        updated_tags: Tags,
    }
    /// A list; of older versions an object, with tags for keys.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Tags {
        List(Vec<String>),
        Named(std::collections::BTreeMap<String, serde::de::IgnoredAny>),
    }
    impl Default for Tags {
        fn default() -> Self {
            Self::List(Vec::new())
        }
    }
    let hook: Hook = serde_json::from_slice(body)?;
    let tags = match hook.updated_tags {
        Tags::List(tags) => tags,
        Tags::Named(tags) => tags.into_keys().collect(),
    };
    Ok(tags.iter().map(|tag| pushed(&hook.repository, tag)).collect())
}

/// <https://docs.github.com/en/webhooks/webhook-events-and-payloads#package>, and `registry_package`, which says the same
fn github(body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    #[derive(Deserialize)]
    struct Hook {
        #[serde(default)]
        action: String,
        #[serde(alias = "registry_package")]
        package: Option<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        namespace: String,
        package_type: String,
        package_version: Option<Version>,
    }
    #[derive(Deserialize)]
    struct Version {
        container_metadata: Option<Metadata>,
    }
    #[derive(Deserialize)]
    struct Metadata {
        tag: Option<Tag>,
    }
    #[derive(Deserialize)]
    struct Tag {
        #[serde(default)]
        name: String,
    }
    let hook: Hook = serde_json::from_slice(body)?;
    let is_push = ["published", "updated"].contains(&hook.action.as_str());
    let Some(package) =
        hook.package.filter(|package| is_push && package.package_type.eq_ignore_ascii_case("container"))
    else {
        return Ok(Vec::new());
    };
    let tag = package.package_version.and_then(|version| version.container_metadata?.tag);
    let Some(tag) = tag.filter(|tag| !tag.name.is_empty()) else { return Ok(Vec::new()) };
    // Names of accounts may have capitals, those of repositories not.
    let repository = format!("{}/{}", package.namespace, package.name).to_lowercase();
    Ok(vec![pushed(&repository, &tag.name)])
}

/// `CloudEvents` 1.0 over HTTP, with their attributes in headers or around their data: those of Harbor and of zot.
fn cloud_event(headers: &HeaderMap, body: &[u8]) -> serde_json::Result<Vec<Pushed>> {
    #[derive(Deserialize)]
    struct Structured {
        #[serde(rename = "type")]
        kind: String,
        #[serde(default)]
        time: Value,
        #[serde(default)]
        data: Value,
    }
    #[derive(Deserialize)]
    struct Zot {
        name: String,
        #[serde(default)]
        reference: String,
    }
    let event = match headers.get("ce-type").and_then(|kind| kind.to_str().ok()) {
        Some(kind) => {
            let time = headers.get("ce-time").and_then(|time| time.to_str().ok());
            let time = time.map_or(Value::Null, Value::from);
            Structured { kind: kind.to_owned(), time, data: serde_json::from_slice(body)? }
        }
        None => serde_json::from_slice(body)?,
    };
    let at = time(&event.time);
    match event.kind.as_str() {
        "harbor.artifact.pushed" => Ok(serde_json::from_value::<HarborData>(event.data)?.pushed(at)),
        "zotregistry.image.updated" => {
            let zot: Zot = serde_json::from_value(event.data)?;
            let is_tag = !zot.reference.is_empty() && !zot.reference.contains(':');
            Ok(if is_tag { vec![pushed(&zot.name, &zot.reference).at(at)] } else { Vec::new() })
        }
        _ => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn told(kind: HookKind, body: &Value) -> Vec<String> {
        told_with(&HeaderMap::new(), kind, body)
    }

    fn told_with(headers: &HeaderMap, kind: HookKind, body: &Value) -> Vec<String> {
        let read = read(kind, headers, body.to_string().as_bytes()).unwrap();
        read.iter().map(|pushed| format!("{}:{}", pushed.repository, pushed.tag)).collect()
    }

    #[test]
    fn docker_hub_tells_of_one_tag() {
        let body = json!({
            "callback_url": "https://registry.hub.docker.com/u/svendowideit/testhook/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/",
            "push_data": {"pushed_at": 1417566161, "pusher": "trustedbuilder", "tag": "latest"},
            "repository": {"name": "testhook", "namespace": "svendowideit", "repo_name": "svendowideit/testhook"}
        });
        assert_eq!(told(HookKind::DockerHub, &body), ["svendowideit/testhook:latest"]);
        let to = callback(HookKind::DockerHub, body.to_string().as_bytes()).unwrap();
        assert_eq!(to.host_str(), Some("registry.hub.docker.com"));
        assert_eq!(callback(HookKind::Harbor, body.to_string().as_bytes()), None);
        for wrong in [json!({"callback_url": "no address"}), json!({"callback_url": null}), json!({})] {
            assert_eq!(callback(HookKind::DockerHub, wrong.to_string().as_bytes()), None);
        }
    }

    #[test]
    fn registries_tell_of_tags_blobs_and_pulls() {
        let target = |tag: Option<&str>| json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "repository": "team/app", "tag": tag.unwrap_or("")});
        let body = json!({"events": [
            {"action": "push", "target": {"mediaType": "application/octet-stream", "repository": "team/app"}},
            {"action": "push", "target": target(Some("1"))},
            {"action": "pull", "target": target(Some("2"))},
            {"action": "push", "target": target(None)},
            {"action": "push", "target": target(Some("3"))},
        ]});
        assert_eq!(told(HookKind::DockerRegistry, &body), ["team/app:1", "team/app:3"]);
        assert_eq!(told(HookKind::Gitlab, &body), ["team/app:1", "team/app:3"]);
        assert_eq!(told(HookKind::DockerRegistry, &json!({"events": []})), [""; 0]);
    }

    #[test]
    fn harbor_tells_by_itself_and_as_a_cloud_event() {
        let data = json!({
            "resources": [{"digest": "sha256:ab", "tag": "v1", "resource_url": "harbor.example/library/app:v1"},
                          {"digest": "sha256:cd", "tag": "sha256:cd"}],
            "repository": {"name": "app", "namespace": "library", "repo_full_name": "library/app"}
        });
        let body = json!({"type": "PUSH_ARTIFACT", "occur_at": 1_586_922_308, "operator": "admin", "event_data": data});
        assert_eq!(told(HookKind::Harbor, &body), ["library/app:v1"]);
        let deleted = json!({"type": "DELETE_ARTIFACT", "event_data": data});
        assert_eq!(told(HookKind::Harbor, &deleted), [""; 0]);
        let event = json!({"specversion": "1.0", "type": "harbor.artifact.pushed", "data": data});
        assert_eq!(told(HookKind::Cloudevents, &event), ["library/app:v1"]);
    }

    #[test]
    fn quay_tells_of_several_tags() {
        let body = json!({"name": "app", "repository": "me/app", "docker_url": "quay.io/me/app", "updated_tags": ["a", "b"]});
        assert_eq!(told(HookKind::Quay, &body), ["me/app:a", "me/app:b"]);
        let older = json!({"repository": "me/app", "updated_tags": {"latest": "4d6"}});
        assert_eq!(told(HookKind::Quay, &older), ["me/app:latest"]);
        assert_eq!(told(HookKind::Quay, &json!({"repository": "me/app"})), [""; 0]);
    }

    #[test]
    fn github_tells_of_packages_of_all_kinds() {
        let body = |key: &str, kind: &str| {
            json!({"action": "published", key: {"name": "app", "namespace": "Team", "package_type": kind,
                "package_version": {"container_metadata": {"tag": {"name": "v1", "digest": "sha256:ab"}}}}})
        };
        assert_eq!(told(HookKind::Github, &body("package", "CONTAINER")), ["team/app:v1"]);
        assert_eq!(told(HookKind::Github, &body("registry_package", "container")), ["team/app:v1"]);
        assert_eq!(told(HookKind::Github, &body("package", "npm")), [""; 0]);
        assert_eq!(
            told(HookKind::Github, &json!({"zen": "Keep it logically awesome.", "hook_id": 1})),
            [""; 0]
        );
    }

    #[test]
    fn zot_tells_in_headers() {
        let mut headers = HeaderMap::new();
        headers.insert("ce-type", HeaderValue::from_static("zotregistry.image.updated"));
        let body = json!({"name": "team/app", "reference": "v1", "digest": "sha256:ab", "mediaType": "x"});
        assert_eq!(told_with(&headers, HookKind::Cloudevents, &body), ["team/app:v1"]);
        let by_digest = json!({"name": "team/app", "reference": "sha256:ab"});
        assert_eq!(told_with(&headers, HookKind::Cloudevents, &by_digest), [""; 0]);
        headers.insert("ce-type", HeaderValue::from_static("zotregistry.image.deleted"));
        assert_eq!(told_with(&headers, HookKind::Cloudevents, &body), [""; 0]);
    }

    #[test]
    fn what_senders_say_of_the_time_is_read_and_what_is_none_passed_over() {
        let at = |kind, headers: &HeaderMap, body: Value| {
            read(kind, headers, body.to_string().as_bytes()).unwrap().pop().unwrap().at
        };
        let (none, time) = (HeaderMap::new(), "2026-11-23T10:00:00Z".parse::<Timestamp>().unwrap());
        let hub = |time: Value| json!({"push_data": {"tag": "1", "pushed_at": time}, "repository": {"repo_name": "me/app"}});
        assert_eq!(at(HookKind::DockerHub, &none, hub(json!(time.as_second()))), Some(time));
        for nonsense in [json!("soon"), json!({}), json!(i64::MAX), json!(1.5), json!(null)] {
            assert_eq!(at(HookKind::DockerHub, &none, hub(nonsense)), None);
        }
        let told = json!({"events": [{"action": "push", "timestamp": "2026-11-23T11:00:00+01:00", "target": {"repository": "a", "tag": "1"}}]});
        assert_eq!(at(HookKind::DockerRegistry, &none, told), Some(time));
        let data = json!({"resources": [{"tag": "v1"}], "repository": {"repo_full_name": "library/app"}});
        let harbor = json!({"type": "PUSH_ARTIFACT", "occur_at": time.as_second(), "event_data": data});
        assert_eq!(at(HookKind::Harbor, &none, harbor), Some(time));
        let event = json!({"type": "harbor.artifact.pushed", "time": "2026-11-23T10:00:00Z", "data": data});
        assert_eq!(at(HookKind::Cloudevents, &none, event), Some(time));
        let mut headers = HeaderMap::new();
        headers.insert("ce-type", HeaderValue::from_static("zotregistry.image.updated"));
        headers.insert("ce-time", HeaderValue::from_static("2026-11-23T10:00:00Z"));
        let zot = json!({"name": "team/app", "reference": "v1"});
        assert_eq!(at(HookKind::Cloudevents, &headers, zot), Some(time));
    }

    #[test]
    fn what_is_no_webhook_is_refused() {
        for kind in HookKind::ALL {
            for body in
                ["", "no json", "[]", "{\"events\": 1, \"type\": 2, \"repository\": 3, \"package\": 4}"]
            {
                assert!(read(kind, &HeaderMap::new(), body.as_bytes()).is_err(), "{kind:?} {body}");
            }
        }
    }
}
