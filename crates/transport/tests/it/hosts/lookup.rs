//! Which entry of which credential file is taken.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portolan_transport::TransportError;
use proptest::prelude::{prop, proptest};
use proptest::prop_assert_eq;

use super::support::{Home, basic, identity, told};

const DOCKER: &str = "home/.docker/config.json";

/// A file whose entries log in as their own key.
fn keys(keys: &[&str]) -> String {
    let entries: Vec<_> = keys
        .iter()
        .map(|key| {
            // A colon would end the user name.
            let auth = BASE64_STANDARD.encode(format!("{}:pw", key.replace(':', ";")));
            format!(r#""{key}": {{"auth": "{auth}"}}"#)
        })
        .collect();
    format!(r#"{{"auths": {{{}}}}}"#, entries.join(", "))
}

/// The key that was taken.
async fn taken(home: &Home, name: &str) -> Option<String> {
    let login = home.login(name).await.unwrap()?;
    Some(login.user().replace(';', ":"))
}

#[tokio::test]
async fn the_longest_key_wins() {
    let table: &[(&[&str], &str, Option<&str>)] = &[
        (&[], "r.example/a/b", None),
        (&["r.example"], "r.example/a/b", Some("r.example")),
        (&["r.example", "r.example/a"], "r.example/a/b", Some("r.example/a")),
        (&["r.example/a/b", "r.example/a", "r.example"], "r.example/a/b", Some("r.example/a/b")),
        (&["r.example/a/b/c", "r.example"], "r.example/a/b", Some("r.example")),
        // Parts are whole.
        (&["r.example/a"], "r.example/ab", None),
        (&["r.example/a"], "r.example/b/a", None),
        // The port belongs to the host.
        (&["r.example"], "r.example:5000/a", None),
        (&["r.example:5000"], "r.example/a", None),
        (&["r.example:5000/a"], "r.example:5000/a/b", Some("r.example:5000/a")),
        (&["example"], "r.example/a", None),
        // A host is written in any case, and with what older tools put around it.
        (&["R.Example"], "r.example/a", Some("R.Example")),
        (&["https://r.example"], "r.example/a", Some("https://r.example")),
        (&["https://r.example/v1/"], "r.example/a", Some("https://r.example/v1/")),
        (&["https://r.example/v2/"], "r.example/a", Some("https://r.example/v2/")),
        (&["https://r.example/", "r.example"], "r.example/a", Some("r.example")),
        (&["r.example", "r.example/v1/"], "r.example/a", Some("r.example")),
        (&["r.example/v1/"], "r.example/a", Some("r.example/v1/")),
        // Docker Hub and its names.
        (&["https://index.docker.io/v1/"], "docker.io/library/debian", Some("https://index.docker.io/v1/")),
        (&["docker.io"], "docker.io/library/debian", Some("docker.io")),
        (&["index.docker.io"], "docker.io/library/debian", Some("index.docker.io")),
        (&["registry-1.docker.io"], "docker.io/library/debian", Some("registry-1.docker.io")),
        (&["docker.io/library"], "docker.io/library/debian", Some("docker.io/library")),
        (
            &["docker.io", "https://index.docker.io/v1/"],
            "docker.io/library/debian",
            Some("https://index.docker.io/v1/"),
        ),
        // Tokens for Docker Hub's web site are not for its registry.
        (&["https://index.docker.io/v1/access-token"], "docker.io/library/debian", None),
        (&["https://r.example/a"], "r.example/a", None),
        (&["not a host", "", "/", "https://"], "r.example/a", None),
    ];
    for (written, name, expected) in table {
        let home = Home::new();
        home.write(DOCKER, &keys(written));
        assert_eq!(taken(&home, name).await.as_deref(), *expected, "{name} among {written:?}");
    }
}

proptest! {
    /// Against the plain meaning: of all keys that are the name itself or a part of it up to a slash, the
    /// longest.
    #[test]
    fn the_longest_of_any_keys_wins(
        written in prop::collection::btree_set(r"(r|s)\.t(/(a|b|ab)){0,3}", 0..8),
        name in r"(r|s)\.t(/(a|b|ab)){1,4}",
    ) {
        let expected = written
            .iter()
            .filter(|key| name == **key || name.starts_with(&format!("{key}/")))
            .max_by_key(|key| key.len())
            .cloned();
        let home = Home::new();
        home.write(DOCKER, &keys(&written.iter().map(String::as_str).collect::<Vec<_>>()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(taken(&home, &name)), expected);
    }
}

#[tokio::test]
async fn files_are_asked_in_their_order() {
    let mut home = Home::new();
    home.environment.registry_auth_file = Some(home.path("named.json"));
    let files = ["named.json", "run/containers/auth.json", "home/.config/containers/auth.json", DOCKER];
    for (number, file) in files.iter().enumerate() {
        let auth = BASE64_STANDARD.encode(format!("user{number}:pw"));
        home.write(file, &format!(r#"{{"auths": {{"r.example": {{"auth": "{auth}"}}}}}}"#));
    }
    for (number, file) in files.iter().enumerate() {
        assert_eq!(home.login("r.example/a").await.unwrap(), Some(basic(&format!("user{number}"), "pw")));
        // A file that does not know the registry is passed over.
        home.write(file, &keys(&["other.example"]));
    }
    assert_eq!(home.login("r.example/a").await.unwrap(), None);
}

#[tokio::test]
async fn the_environment_moves_the_folders() {
    let mut home = Home::new();
    home.environment.xdg_config_home = Some(home.path("xdg"));
    home.environment.docker_config = Some(home.path("docker"));
    home.write("home/.config/containers/auth.json", &keys(&["a.example"]));
    home.write(DOCKER, &keys(&["b.example"]));
    home.write("xdg/containers/auth.json", &keys(&["c.example"]));
    home.write("docker/config.json", &keys(&["d.example"]));
    for (host, expected) in [
        ("a.example", None),
        ("b.example", None),
        ("c.example", Some("c.example")),
        ("d.example", Some("d.example")),
    ] {
        assert_eq!(taken(&home, &format!("{host}/a")).await.as_deref(), expected, "{host}");
    }
}

#[tokio::test]
async fn a_file_that_is_named_has_to_exist_and_may_be_empty() {
    let mut home = Home::new();
    home.write(DOCKER, &keys(&["r.example"]));
    home.environment.registry_auth_file = Some(home.path("named.json"));
    let error = home.login("r.example/a").await.unwrap_err();
    assert_eq!(
        told(&error, &home),
        "credential file HOME/named.json cannot be used: $REGISTRY_AUTH_FILE names it, but it is not there"
    );
    home.environment.registry_auth_file = Some("/dev/null".into());
    assert_eq!(taken(&home, "r.example/a").await.as_deref(), Some("r.example"));
}

#[tokio::test]
async fn logins_of_every_shape() {
    let table = [
        (r#"{"auth": "YW5uOnB3"}"#, Some(basic("ann", "pw"))),
        // Colons belong to the password; some tools pad with zero bytes, some not at all.
        (r#"{"auth": "YW5uOmE6Yg=="}"#, Some(basic("ann", "a:b"))),
        (r#"{"auth": "YW5uOmE6Yg"}"#, Some(basic("ann", "a:b"))),
        (r#"{"auth": "YW5uOnB3AAA="}"#, Some(basic("ann", "pw"))),
        (r#"{"username": "ann", "password": "pw"}"#, Some(basic("ann", "pw"))),
        (r#"{"auth": "YW5uOnB3", "username": "bob", "password": "x"}"#, Some(basic("ann", "pw"))),
        (r#"{"auth": "YW5uOg==", "identitytoken": "tok"}"#, Some(identity("ann", "tok"))),
        (r#"{"identitytoken": "tok"}"#, Some(identity("<token>", "tok"))),
        (r#"{"auth": "YW5uOnB3", "email": "ann@example.com", "new": [1]}"#, Some(basic("ann", "pw"))),
        (r#"{"auth": ""}"#, None),
        ("{}", None),
        ("null", None),
    ];
    for (entry, expected) in table {
        let home = Home::new();
        home.write(DOCKER, &format!(r#"{{"auths": {{"r.example": {entry}}}, "plugins": {{"x": 1}}}}"#));
        assert_eq!(home.login("r.example/a").await.unwrap(), expected, "{entry}");
    }
    for text in ["", " \n", "{}", r#"{"auths": null}"#, r#"{"auths": {}}"#] {
        let home = Home::new();
        home.write(DOCKER, text);
        assert_eq!(home.login("r.example/a").await.unwrap(), None, "{text:?}");
    }
}

#[tokio::test]
async fn malformed_files_are_told_with_their_place_and_without_their_content() {
    let table = [
        ("{\"auths\": {\n  \"r.example\": }\n}", "line 2, column 16: expected value"),
        ("{\"auths\": {", "line 1, column 11: EOF while parsing an object"),
        ("[]", "line 1, column 1: an object is expected here"),
        (
            "{\"auths\": {\n \"r.example\": \"hunter2\"}}",
            "line 2, column 23: something else is expected here",
        ),
        (
            "{\"auths\":\n {\"r.example\": {\"auth\": [\"hunter2\"]}}}",
            "line 2, column 24: something else is expected here",
        ),
        (
            "{\"auths\": {\"r.example\": {\"auth\": \"hunter2!\"}}}",
            "the login for \"r.example\" is not the base64 form of `user:password`",
        ),
        (
            "{\"auths\": {\"r.example\": {\"auth\": \"aHVudGVyMg==\"}}}",
            "the login for \"r.example\" is not the base64 form of `user:password`",
        ),
    ];
    for (text, problem) in table {
        let home = Home::new();
        home.write(DOCKER, text);
        let error = home.login("r.example/a").await.unwrap_err();
        assert_eq!(
            told(&error, &home),
            format!("credential file HOME/home/.docker/config.json cannot be used: {problem}"),
            "{text}"
        );
        assert!(matches!(error, TransportError::Settings { .. }));
    }
}

#[tokio::test]
async fn a_broken_entry_of_another_host_does_not_matter() {
    let home = Home::new();
    home.write(DOCKER, r#"{"auths": {"a.example": {"auth": "?"}, "r.example": {"auth": "YW5uOnB3"}}}"#);
    assert_eq!(home.login("r.example/a").await.unwrap(), Some(basic("ann", "pw")));
}

#[tokio::test]
async fn a_file_that_may_not_be_read_is_an_error() {
    let home = Home::new();
    std::fs::create_dir_all(home.path(DOCKER)).unwrap();
    let error = home.login("r.example/a").await.unwrap_err();
    assert!(
        told(&error, &home).starts_with("credential file HOME/home/.docker/config.json cannot be used: "),
        "{error:?}"
    );
}
