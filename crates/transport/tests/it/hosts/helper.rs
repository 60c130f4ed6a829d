//! Helper programs: real ones, of a few lines of shell.

use std::path::Path;
use std::time::Duration;

use super::support::{Home, basic, identity, told};

const DOCKER: &str = "home/.docker/config.json";

/// Answers with what it was asked for as the user.
const ECHO: &str =
    r#"read -r server; printf '{"ServerURL":"%s","Username":"%s","Secret":"pw"}' "$server" "$1 $server""#;

#[tokio::test]
async fn a_helper_gets_the_host_and_gives_a_login() {
    let table = [
        (r#"{"credsStore": "echo"}"#, "r.example:5000/a/b", Some("get r.example:5000")),
        (r#"{"credHelpers": {"r.example": "echo"}}"#, "r.example/a", Some("get r.example")),
        (r#"{"credHelpers": {"https://r.example": "echo"}}"#, "r.example/a", Some("get r.example")),
        (r#"{"credHelpers": {"r.example": "echo"}}"#, "s.example/a", None),
        (
            r#"{"credHelpers": {"docker.io": "echo"}}"#,
            "docker.io/library/a",
            Some("get https://index.docker.io/v1/"),
        ),
        // The host's own helper counts, also if it is none.
        (
            r#"{"credsStore": "broken", "credHelpers": {"r.example": "echo"}}"#,
            "r.example/a",
            Some("get r.example"),
        ),
        (r#"{"credsStore": "broken", "credHelpers": {"r.example": ""}}"#, "r.example/a", None),
        (r#"{"credsStore": ""}"#, "r.example/a", None),
        // What is written for a path is closer than a helper; what is written for the host is not.
        (
            r#"{"credsStore": "echo", "auths": {"r.example/a": {"auth": "YW5uOnB3"}}}"#,
            "r.example/a",
            Some("ann"),
        ),
        (
            r#"{"credsStore": "echo", "auths": {"r.example": {"auth": "YW5uOnB3"}}}"#,
            "r.example/a",
            Some("get r.example"),
        ),
    ];
    for (text, name, user) in table {
        let home = Home::new();
        home.helper("echo", ECHO);
        home.helper("broken", "exit 3");
        home.write(DOCKER, text);
        let login = home.login(name).await.unwrap();
        assert_eq!(login, user.map(|user| basic(user, "pw")), "{name} with {text}");
    }
}

#[tokio::test]
async fn not_found_is_no_failure() {
    let home = Home::new();
    home.helper("empty", "echo 'credentials not found in native keychain'; exit 1");
    home.write(
        DOCKER,
        r#"{"credsStore": "empty", "auths": {"r.example": {"auth": "YW5uOnB3"}, "s.example": {}}}"#,
    );
    assert_eq!(home.login("s.example/a").await.unwrap(), None);
    assert_eq!(home.login("r.example/a").await.unwrap(), Some(basic("ann", "pw")));
}

#[tokio::test]
async fn docker_hub_is_asked_for_under_both_of_its_names() {
    let home = Home::new();
    home.helper(
        "podman",
        r#"read -r server
        [ "$server" = docker.io ] || { echo 'credentials not found'; exit 1; }
        echo '{"Username":"ann","Secret":"pw"}'"#,
    );
    home.write(DOCKER, r#"{"credsStore": "podman"}"#);
    assert_eq!(home.login("docker.io/library/a").await.unwrap(), Some(basic("ann", "pw")));
    assert_eq!(home.login("r.example/a").await.unwrap(), None);
}

#[tokio::test]
async fn answers_of_every_shape() {
    let table = [
        (r#"{"Username":"<token>","Secret":"tok"}"#, Some(identity("<token>", "tok"))),
        (r#"{"Username":"","Secret":""}"#, None),
        (r#"{"Username":"ann","Secret":""}"#, None),
        ("{}", None),
    ];
    for (answer, expected) in table {
        let home = Home::new();
        // It answers without reading what it is asked.
        home.helper("x", &format!("echo '{answer}'"));
        home.write(DOCKER, r#"{"credsStore": "x"}"#);
        assert_eq!(home.login("r.example/a").await.unwrap(), expected, "{answer}");
    }
}

#[tokio::test]
async fn failures_are_told_without_secrets() {
    let table = [
        ("x", "echo 'the keychain is locked' >&2; exit 1", "the program failed: the keychain is locked"),
        ("x", "echo 'the keychain is locked'; exit 1", "the program failed: the keychain is locked"),
        ("x", r"printf 'two\nlines'; exit 1", "the program failed: two lines"),
        ("x", "exit 7", "the program failed: exit status: 7"),
        (
            "x",
            r#"echo '{"Username":"ann","Secret":"hunter2"}'; echo 'bad: hunter2' >&2; exit 1"#,
            "the program failed: bad: ***",
        ),
        (
            "x",
            r#"echo '{"Username":"ann","Secret":"hunter2"}'; exit 1"#,
            "the program failed: exit status: 1",
        ),
        ("x", r#"echo 'hunter2'"#, "the program gave an answer that cannot be understood"),
        ("absent", "", "the program is not found in $PATH"),
    ];
    for (name, script, problem) in table {
        let home = Home::new();
        home.helper("x", script);
        home.write(DOCKER, &format!(r#"{{"credsStore": "{name}"}}"#));
        let error = home.login("r.example/a").await.unwrap_err();
        assert_eq!(
            told(&error, &home),
            format!("credential helper docker-credential-{name} cannot be used: {problem}"),
            "{script}"
        );
    }
}

#[tokio::test]
async fn long_words_are_cut() {
    let home = Home::new();
    home.helper("x", "head -c 10000 /dev/zero | tr '\\0' w; exit 1");
    home.write(DOCKER, r#"{"credsStore": "x"}"#);
    let error = home.login("r.example/a").await.unwrap_err();
    assert_eq!(told(&error, &home).matches('w').count(), 300);
}

#[tokio::test]
async fn a_name_that_could_reach_another_program_is_refused() {
    for name in ["../x", "a/b", "X", "a b", "a;b", ".", "ä"] {
        let home = Home::new();
        home.helper("x", ECHO);
        home.write(DOCKER, &format!(r#"{{"credsStore": "{name}"}}"#));
        let error = home.login("r.example/a").await.unwrap_err();
        assert!(
            told(&error, &home).ends_with(&format!(
                "{name:?} is not the name of a credential helper (small letters, digits and hyphens)"
            )),
            "{}",
            told(&error, &home)
        );
    }
}

#[tokio::test]
async fn helpers_are_found_in_absolute_folders_of_the_path_only() {
    let mut home = Home::new();
    home.helper("x", ECHO);
    home.write(DOCKER, r#"{"credsStore": "x"}"#);
    // From the working directory up to the root and down again: there, but not absolute.
    let up =
        std::env::current_dir().unwrap().components().skip(1).map(|_| "..").collect::<Vec<_>>().join("/");
    let relative = format!("{up}{}", home.path("bin").display());
    assert!(Path::new(&relative).join("docker-credential-x").is_file());
    for path in [None, Some("/usr/bin:/bin"), Some(""), Some(relative.as_str())] {
        home.environment.path = path.map(Into::into);
        let error = home.login("r.example/a").await.unwrap_err();
        assert!(told(&error, &home).ends_with("the program is not found in $PATH"), "{path:?}");
    }
}

#[tokio::test]
async fn a_helper_that_hangs_is_given_up() {
    let mut home = Home::new();
    home.environment.helper_timeout = Duration::from_millis(100);
    home.helper("x", "exec sleep 600");
    home.write(DOCKER, r#"{"credsStore": "x"}"#);
    let error = home.login("r.example/a").await.unwrap_err();
    assert!(told(&error, &home).ends_with("the program gave no answer within 100ms"), "{error:?}");
}

#[tokio::test]
async fn a_helper_ends_when_nobody_waits_for_it() {
    let home = Home::new();
    home.helper("x", r#"echo $$ > "$HOME/pid.new"; mv "$HOME/pid.new" "$HOME/pid"; exec sleep 60"#);
    home.write(DOCKER, r#"{"credsStore": "x"}"#);
    let pid = {
        let mut login = std::pin::pin!(home.login("r.example/a"));
        loop {
            tokio::select! {
                answer = &mut login => panic!("{answer:?}"),
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            }
            if let Ok(pid) = std::fs::read_to_string(home.path("home/pid")) {
                break pid.trim().to_owned();
            }
        }
    };
    // Gone, or dead and not yet collected.
    let status = format!("/proc/{pid}/status");
    let gone = async {
        while std::fs::read_to_string(&status).is_ok_and(|text| !text.contains("State:\tZ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let bound = Duration::from_secs(20);
    assert!(tokio::time::timeout(bound, gone).await.is_ok(), "the program still runs");
}

#[tokio::test]
async fn a_helper_sees_the_home_and_path_of_the_environment() {
    let home = Home::new();
    home.helper("x", r#"printf '{"Username":"%s","Secret":"%s"}' "$HOME" "$PATH""#);
    home.write(DOCKER, r#"{"credsStore": "x"}"#);
    let path = home.environment.path.clone().unwrap();
    let expected = basic(home.path("home").to_str().unwrap(), path.to_str().unwrap());
    assert_eq!(home.login("r.example/a").await.unwrap(), Some(expected));
}
