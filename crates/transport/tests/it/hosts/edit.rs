//! Logging in and out.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use portolan_transport::{CredentialFile, Erased, HostEnvironment, Stored, TransportError};
use proptest::prelude::{prop, proptest};
use proptest::prop_assert_eq;
use serde_json::{Value, json};

use super::support::{Home, basic, identity, registry, told};

const DOCKER: &str = "home/.docker/config.json";

/// Keeps what it is given in the folder `kept`, a file per registry.
const KEEPING: &str = r#"
kept=$(dirname "$HOME")/kept; mkdir -p "$kept"
file() { printf '%s' "$kept/"; printf '%s' "$1" | tr '/:' '__'; }
input=$(cat)
case $1 in
store) server=$(printf '%s' "$input" | sed 's/.*"ServerURL":"\([^"]*\)".*/\1/'); printf '%s' "$input" > "$(file "$server")";;
get) cat "$(file "$input")" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; };;
erase) rm "$(file "$input")" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; };;
esac"#;

fn read(home: &Home, path: &str) -> String {
    std::fs::read_to_string(home.path(path)).unwrap()
}

#[tokio::test]
async fn the_first_login_makes_the_file() {
    let home = Home::new();
    let file = home.credential_file();
    assert_eq!(file.path(), home.path(DOCKER));
    assert_eq!(file.store(&registry("r.example:5000"), &basic("ann", "a:b")).await.unwrap(), Stored::Plain);
    assert_eq!(
        read(&home, DOCKER),
        "{\n\t\"auths\": {\n\t\t\"r.example:5000\": {\n\t\t\t\"auth\": \"YW5uOmE6Yg==\"\n\t\t}\n\t}\n}\n"
    );
    let mode = |path: &str| std::fs::metadata(home.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(DOCKER), 0o600);
    assert_eq!(mode("home/.docker"), 0o700);
    assert_eq!(home.login("r.example:5000/a").await.unwrap(), Some(basic("ann", "a:b")));
}

#[tokio::test]
async fn every_login_comes_back() {
    for login in [basic("ann", "pw"), basic("ann", ""), identity("ann", "tok"), identity("<token>", "tok")] {
        for host in ["r.example", "docker.io", "[::1]:5000"] {
            let home = Home::new();
            let _ = home.credential_file().store(&registry(host), &login).await.unwrap();
            assert_eq!(home.login(&format!("{host}/a/b")).await.unwrap(), Some(login.clone()), "{host}");
        }
    }
}

#[tokio::test]
async fn an_identity_token_is_written_with_its_user_if_there_is_one() {
    for (user, entry) in [
        ("ann", json!({"auth": "YW5uOg==", "identitytoken": "tok"})),
        ("<token>", json!({"identitytoken": "tok"})),
    ] {
        let home = Home::new();
        let _ = home.credential_file().store(&registry("r.example"), &identity(user, "tok")).await.unwrap();
        let document: Value = serde_json::from_str(&read(&home, DOCKER)).unwrap();
        assert_eq!(document, json!({"auths": {"r.example": entry}}));
    }
}

#[tokio::test]
async fn everything_else_stays_as_it_was_written() {
    let home = Home::new();
    home.write(
        DOCKER,
        r#"{"zeta": {"b": 1.50, "a": [ ]}, "auths": {"z.example": {"auth": "eDp5", "note":"kept"}, "r.example": {"auth": "b2xkOm9sZA=="}}, "alpha": 12345678901234567890123}"#,
    );
    let _ = home.credential_file().store(&registry("r.example"), &basic("ann", "pw")).await.unwrap();
    assert_eq!(
        read(&home, DOCKER),
        r#"{
	"zeta": {"b": 1.50, "a": [ ]},
	"auths": {
		"z.example": {"auth": "eDp5", "note":"kept"},
		"r.example": {
			"auth": "YW5uOnB3"
		}
	},
	"alpha": 12345678901234567890123
}
"#
    );
}

proptest! {
    /// Whatever else is in the file, logging in and out again leaves it.
    #[test]
    fn in_and_out_changes_nothing_else(
        others in prop::collection::btree_map("[a-z]{1,8}", "\\PC{0,8}", 0..5),
        hosts in prop::collection::btree_map("[a-c]\\.example", "[a-z]{1,8}", 0..3),
    ) {
        let mut document: Value = others.iter().map(|(k, v)| (k.clone(), json!({"x": [v, 1.5]}))).collect();
        document["auths"] = hosts.iter().map(|(k, v)| (k.clone(), json!({"identitytoken": v}))).collect();
        let home = Home::new();
        home.write(DOCKER, &document.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (file, host) = (home.credential_file(), registry("new.example"));
        let _ = runtime.block_on(file.store(&host, &basic("ann", "pw"))).unwrap();
        let mut with = document.clone();
        with["auths"]["new.example"] = json!({"auth": "YW5uOnB3"});
        prop_assert_eq!(serde_json::from_str::<Value>(&read(&home, DOCKER)).unwrap(), with);
        runtime.block_on(file.erase(&host)).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&read(&home, DOCKER)).unwrap(), document);
    }
}

#[tokio::test]
async fn a_login_replaces_the_registry_under_all_its_names_but_not_its_paths() {
    let home = Home::new();
    home.write(
        DOCKER,
        r#"{"auths": {"docker.io": {"auth": "b2xkOm9sZA=="}, "index.docker.io": {}, "docker.io/team": {"auth": "dGVhbTpwdw=="}, "https://index.docker.io/v1/access-token": {"auth": "eDp5"}}}"#,
    );
    let file = home.credential_file();
    let _ = file.store(&registry("docker.io"), &basic("ann", "pw")).await.unwrap();
    let keys = || {
        let document: Value = serde_json::from_str(&read(&home, DOCKER)).unwrap();
        document["auths"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        keys(),
        ["docker.io/team", "https://index.docker.io/v1/", "https://index.docker.io/v1/access-token"]
    );
    assert_eq!(home.login("docker.io/library/a").await.unwrap(), Some(basic("ann", "pw")));
    assert_eq!(home.login("docker.io/team/a").await.unwrap(), Some(basic("team", "pw")));

    assert_eq!(file.erase(&registry("docker.io")).await.unwrap(), Erased::Done);
    assert_eq!(keys(), ["docker.io/team", "https://index.docker.io/v1/access-token"]);
    assert_eq!(file.erase(&registry("docker.io")).await.unwrap(), Erased::NotThere);
}

#[tokio::test]
async fn logging_out_without_a_login_touches_nothing() {
    let home = Home::new();
    let file = home.credential_file();
    assert_eq!(file.erase(&registry("r.example")).await.unwrap(), Erased::NotThere);
    assert!(!home.path("home").exists());
    home.write(DOCKER, "{ }");
    assert_eq!(file.erase(&registry("r.example")).await.unwrap(), Erased::NotThere);
    assert_eq!(read(&home, DOCKER), "{ }");
}

#[tokio::test]
async fn a_helper_keeps_the_login_and_the_file_only_says_that_there_is_one() {
    let table = [
        (
            r#"{"credsStore": "keep", "auths": {"r.example": {"auth": "b2xkOm9sZA=="}}}"#,
            "r.example",
            "r.example",
        ),
        (r#"{"credHelpers": {"r.example": "keep"}}"#, "r.example", "r.example"),
        (r#"{"credsStore": "keep"}"#, "docker.io", "https://index.docker.io/v1/"),
    ];
    for (text, host, key) in table {
        for login in [basic("ann", "p\"w"), identity("<token>", "tok")] {
            let home = Home::new();
            home.helper("keep", KEEPING);
            home.write(DOCKER, text);
            let file = home.credential_file();
            let stored = file.store(&registry(host), &login).await.unwrap();
            assert_eq!(stored, Stored::Helper { program: "docker-credential-keep".to_owned() });
            let document: Value = serde_json::from_str(&read(&home, DOCKER)).unwrap();
            assert_eq!(document["auths"], json!({key: {}}), "{text}");
            assert_eq!(home.login(&format!("{host}/a/b")).await.unwrap(), Some(login));

            assert_eq!(file.erase(&registry(host)).await.unwrap(), Erased::Done);
            assert_eq!(home.login(&format!("{host}/a/b")).await.unwrap(), None);
            assert_eq!(std::fs::read_dir(home.path("kept")).unwrap().count(), 0);
            assert_eq!(file.erase(&registry(host)).await.unwrap(), Erased::NotThere);
        }
    }
}

#[tokio::test]
async fn a_helper_that_fails_leaves_the_file_alone_and_its_words_are_cleaned() {
    let home = Home::new();
    home.helper("x", r#"printf 'cannot keep %s' "$(cat)" >&2; exit 1"#);
    let text = r#"{"credsStore": "x", "auths": {}}"#;
    home.write(DOCKER, text);
    let error =
        home.credential_file().store(&registry("r.example"), &basic("ann", "hunter2")).await.unwrap_err();
    assert_eq!(
        told(&error, &home),
        "credential helper docker-credential-x cannot be used: the program failed: \
         cannot keep {\"ServerURL\":\"r.example\",\"Username\":\"ann\",\"Secret\":\"***\"}"
    );
    assert_eq!(read(&home, DOCKER), text);
}

#[tokio::test]
async fn a_malformed_file_is_left_alone() {
    for text in ["{\"auths\": {}", "[]", r#"{"auths": [1]}"#, "hello"] {
        let home = Home::new();
        home.write(DOCKER, text);
        let file = home.credential_file();
        let stored = file.store(&registry("r.example"), &basic("ann", "pw")).await.map(drop);
        for result in [stored, file.erase(&registry("r.example")).await.map(drop)] {
            let error = result.unwrap_err();
            assert!(matches!(error, TransportError::Settings { .. }), "{error:?}");
            assert!(told(&error, &home).contains("HOME/home/.docker/config.json cannot be used: line 1"));
        }
        assert_eq!(read(&home, DOCKER), text);
    }
}

#[tokio::test]
async fn a_symbolic_link_stays_one() {
    for there in [true, false] {
        let home = Home::new();
        std::fs::create_dir_all(home.path("home/.docker")).unwrap();
        std::fs::create_dir_all(home.path("dotfiles")).unwrap();
        if there {
            home.write("dotfiles/docker.json", "{}");
        }
        symlink("../../dotfiles/docker.json", home.path(DOCKER)).unwrap();
        let _ = home.credential_file().store(&registry("r.example"), &basic("ann", "pw")).await.unwrap();
        assert!(home.path(DOCKER).is_symlink());
        assert!(read(&home, "dotfiles/docker.json").contains("YW5uOnB3"));
        assert_eq!(std::fs::read_dir(home.path("dotfiles")).unwrap().count(), 1, "no other file is left");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let mut home = Home::new();
    home.environment.docker_config = Some(home.write("file", ""));
    let error = home.credential_file().store(&registry("r.example"), &basic("ann", "pw")).await.unwrap_err();
    assert!(told(&error, &home).starts_with("writing HOME/file/config.json failed: "), "{error:?}");
}

#[test]
fn without_a_home_there_is_no_file() {
    let error = CredentialFile::of_docker(&HostEnvironment::default()).unwrap_err();
    assert_eq!(
        told(&error, &Home::new()),
        "Docker's config.json cannot be used: neither $DOCKER_CONFIG nor $HOME is set"
    );
}
