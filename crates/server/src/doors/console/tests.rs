//! What the page says.

use jiff::Timestamp;
use portolan_catalog::{FailedImage, Pause};

use super::page::page;
use super::status::{MirrorStatus, Status, StoreStatus};

fn mirror(name: &str) -> MirrorStatus {
    MirrorStatus {
        name: name.to_owned(),
        timing: None,
        next: None,
        paused: None,
        told: 0,
        last: None,
        failures: Vec::new(),
    }
}

fn shown(mirrors: Vec<MirrorStatus>) -> String {
    let status = Status {
        version: "1.2.3",
        host: "node-1".to_owned(),
        process: 7,
        since: Timestamp::UNIX_EPOCH,
        now: Timestamp::UNIX_EPOCH,
        refused: None,
        store: StoreStatus { free: Ok(12_345_000_000), uploads: 2 },
        nodes: Vec::new(),
        mirrors,
        runs: Vec::new(),
    };
    page(&status).into_string()
}

#[test]
fn it_says_how_mirrors_stand() {
    let text = shown(Vec::new());
    for part in
        ["version 1.2.3 on node-1, process 7", "12.3 GB free, 2 uploads open", "The configuration has none."]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let next = "2026-11-23T10:00:00Z".parse().unwrap();
    let nightly =
        MirrorStatus { timing: Some("@daily".to_owned()), next: Some(next), told: 3, ..mirror("base") };
    let pause = Pause { at: next, by: "anna".to_owned() };
    let paused = MirrorStatus { paused: Some(pause), ..mirror("apps") };
    let text = shown(vec![nightly, paused]);
    for part in
        ["@daily", "2026-11-23 10:00:00 UTC", "<td class=\"number\">3</td>", "paused by anna", "never run"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn what_others_have_named_is_only_text_and_no_script_runs() {
    let failed = FailedImage {
        source: "r.example/a:<script>".to_owned(),
        target: "\"onload=x".to_owned(),
        cause: "it said <b>no</b> & more".to_owned(),
        is_retryable: false,
    };
    let text = shown(vec![MirrorStatus { failures: vec![failed], ..mirror("base") }]);
    assert!(text.contains("What fails of base"), "{text}");
    assert!(text.contains("it said &lt;b&gt;no&lt;/b&gt; &amp; more"), "{text}");
    assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
}
