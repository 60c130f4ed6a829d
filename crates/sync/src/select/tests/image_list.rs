use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use crate::select::{ImageList, ImageListError};
use crate::settings::ImagesFrom;

fn names(text: &str) -> Vec<String> {
    text.parse::<ImageList>().unwrap().images().iter().map(ToString::to_string).collect()
}

fn from(json: &serde_json::Value) -> ImagesFrom {
    serde_json::from_value(json.clone()).unwrap()
}

async fn run(script: &str) -> Result<ImageList, ImageListError> {
    ImageList::read(&from(&serde_json::json!({"command": ["sh", "-c", script], "timeout": "30s"}))).await
}

#[test]
fn a_name_a_line() {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let list = format!(
        "\u{feff}# images\r\n\r\ndebian:12\r\n  localhost:5000/app \n\
         registry.example.com:5000/app:1.0@{digest} # by digest\nregistry.example.com/app@{digest}\noci:dir#1:x"
    );
    assert_eq!(
        names(&list),
        [
            "docker.io/library/debian:12".to_owned(),
            "localhost:5000/app".to_owned(),
            format!("registry.example.com:5000/app:1.0@{digest}"),
            format!("registry.example.com/app@{digest}"),
            "oci:dir#1:x".to_owned(),
        ]
    );
    assert!(names("").is_empty());
}

#[test]
fn lines_that_are_wrong() {
    let error = |text: &str| text.parse::<ImageList>().unwrap_err().to_string();
    assert_eq!(error("debian\n\nDebian:12\n"), "line 3 names no image: \"Debian:12\"");
    assert_eq!(error("debian:12 debian:13"), "line 1 has more than a name: \"debian:12 debian:13\"");
}

#[tokio::test]
async fn from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("images");
    let settings = from(&serde_json::json!({ "file": file }));
    assert!(matches!(ImageList::read(&settings).await, Err(ImageListError::File { .. })));
    std::fs::write(&file, "debian:12\n").unwrap();
    assert_eq!(ImageList::read(&settings).await.unwrap().images().len(), 1);
    std::fs::write(&file, b"\xff").unwrap();
    assert!(matches!(ImageList::read(&settings).await, Err(ImageListError::NotText)));
}

#[tokio::test]
async fn from_a_command() {
    let list = run("echo debian:12; echo no/Image >&2; cat; echo alpine").await.unwrap();
    assert_eq!(list.into_images().len(), 2);
    let failed = run("echo debian:12; echo first >&2; echo no route >&2; exit 3").await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "\"sh\" gave no list of images: it ended with exit status: 3 and said \"no route\""
    );
    let much = "head -c 65530 /dev/zero | tr '\\0' x >&2; printf '\\nno route\\n' >&2; exit 3";
    assert!(run(much).await.unwrap_err().to_string().ends_with("and said \"no route\""));
    let missing = from(&serde_json::json!({"command": ["/nowhere/list-images"]}));
    assert!(matches!(ImageList::read(&missing).await, Err(ImageListError::Start { .. })));
    let endless = from(&serde_json::json!({"command": ["sleep", "1000"], "timeout": "1s"}));
    assert!(matches!(ImageList::read(&endless).await, Err(ImageListError::TimedOut { .. })));
}

/// A command that leaves its work to another process, whose number it writes to the file; the file is there
/// when it is written.
fn leaves_it_to_another(pid: &Path, timeout: &str) -> ImagesFrom {
    let script = "sleep 1000 & echo $! > \"$0.new\"; mv \"$0.new\" \"$0\"; wait";
    from(&serde_json::json!({"command": ["sh", "-c", script, pid], "timeout": timeout}))
}

/// Waits until a process has ended, whether or not somebody has heard of it.
async fn ends(pid: &str) {
    let stat = Path::new("/proc").join(pid).join("stat");
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_a_command_has_started_ends_with_it_when_it_takes_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let endless = leaves_it_to_another(&pid, "2s");
    assert!(matches!(ImageList::read(&endless).await, Err(ImageListError::TimedOut { .. })));
    ends(std::fs::read_to_string(pid).unwrap().trim()).await;
}

#[tokio::test]
async fn what_a_command_has_started_ends_with_it_when_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let endless = leaves_it_to_another(&pid, "1h");
    let started = async {
        while !pid.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        list = ImageList::read(&endless) => panic!("{list:?}"),
        () = started => {}
    }
    ends(std::fs::read_to_string(pid).unwrap().trim()).await;
}

#[tokio::test]
async fn a_list_without_an_end_is_cut() {
    assert!(matches!(run("yes debian:12").await, Err(ImageListError::TooLong)));
}

proptest! {
    #[test]
    fn any_text_is_a_list_or_is_refused_with_its_line(text in "(\\PC|\n|\r){0,80}") {
        match text.parse::<ImageList>() {
            Ok(list) => prop_assert!(list.images().len() <= text.lines().count()),
            Err(ImageListError::Line { line, text: shown, .. } | ImageListError::MoreThanAName { line, text: shown }) => {
                prop_assert!(text.lines().nth(line - 1).unwrap().contains(&shown));
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
