//! Ctrl-C, and the run after it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portolan_testkit::image::{Image, Layer};
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;
use portolan_testkit::zoo::{Exhibit, write_layout};

use crate::sandbox::Sandbox;

/// Enough that it is under way for minutes at the rate of the tests.
const LARGE: u64 = 3_000_000;

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap_or_else(|_| panic!("never {what}"));
}

/// Uploads that a blob's digest stands in, and that were taken.
fn sent(records: &[Record], digest: &str) -> usize {
    let encoded = digest.replace(':', "%3A");
    let ends = |record: &&Record| record.query.contains(digest) || record.query.contains(&encoded);
    let puts = records.iter().filter(|record| record.method == "PUT" && record.path.contains("/uploads/"));
    puts.filter(ends).filter(|record| record.status.is_some_and(|status| status.is_success())).count()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Interrupts a copy that has finished one layer and is in the middle of another, and runs it again.
async fn interrupted_by(name: &str) -> Option<String> {
    let registry = Registry::start().await?;
    let proxy = Proxy::before(&registry).await;
    let mut sandbox = Sandbox::new();
    sandbox.redact(proxy.host(), "[HOST]");
    let image = Image::oci().layer(Layer::gzip(1)).layer(Layer::random(2, LARGE)).build();
    let digest = |part: &str| image.json().pointer(part).unwrap().as_str().unwrap().to_owned();
    let (config, small) = (digest("/config/digest"), digest("/layers/0/digest"));
    write_layout(&sandbox.path("layout"), &[Exhibit::new("app", image)]);

    proxy.set_upload_rate(Some(100_000));
    let target = format!("{}/app:1", proxy.host());
    let mut command = sandbox.command(["copy", "oci:layout:app", &target, "--progress", "bars"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let under_way = |record: &Record| record.request_bytes > 10_000 && record.status.is_none();
    until("under way", || {
        let records = proxy.records();
        let finished = sent(&records, &small) == 1 && sent(&records, &config) == 1;
        finished && records.iter().any(under_way)
    })
    .await;
    signal(&child, name);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert!(registry.client().find_manifest("app", "1").await.is_none(), "nobody sees half an image");

    proxy.set_upload_rate(None);
    sandbox.run(&format!("copy oci:layout:app {target}")).succeeded();
    assert_eq!(sent(&proxy.records(), &small), 1, "what was finished is not sent again");
    registry.client().check_image("app", "1").await.unwrap();
    Some(sandbox.redacted(&String::from_utf8(ended.stderr).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_copy_says_so_and_goes_on_at_the_next_run() {
    let Some(told) = interrupted_by("INT").await else { return };
    // The registry may have taken a blob whose answer had not come yet.
    insta::with_settings!({filters => vec![(r"\d new blobs?", "[N] new blobs")]}, {
        insta::assert_snapshot!(told);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminated_copy_ends_like_an_interrupted_one() {
    let Some(told) = interrupted_by("TERM").await else { return };
    assert!(told.contains("the same command goes on from here"), "{told}");
}
