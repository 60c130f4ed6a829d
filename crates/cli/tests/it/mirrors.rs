//! `portolan plan`, `portolan sync` and `portolan explain`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use portolan_catalog::{Catalog, DatabaseLocation, RunStart};
use portolan_testkit::image::{Image, Layer, Tree};
use portolan_testkit::proxy::{Action, Proxy, Record, Rule};
use portolan_testkit::registry::Registry;
use portolan_testkit::tmpfs::Tmpfs;
use portolan_testkit::zoo::{Exhibit, write_layout};

use crate::sandbox::Sandbox;

/// A mirror of one layout to another.
const APPS: &str = "{name: apps, source: 'oci:from', targets: ['oci:to']}";

/// A sandbox with the layout `from`, in which each tag is an image of its own, and with these mirrors.
pub(crate) fn with(tags: &[&'static str], mirrors: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    show(&sandbox, "from", tags.iter().copied().zip(1..));
    configure(&sandbox, mirrors);
    sandbox
}

pub(crate) fn configure(sandbox: &Sandbox, mirrors: &[&str]) {
    let mirrors: String = mirrors.iter().map(|mirror| format!("  - {mirror}\n")).collect();
    sandbox.write("portolan.yaml", &format!("version: 1\ndata: data\nmirrors:\n{mirrors}"));
}

/// Makes a layout show these images, each a tag and what it is made of.
pub(crate) fn show(sandbox: &Sandbox, layout: &str, images: impl IntoIterator<Item = (&'static str, u64)>) {
    let exhibits: Vec<_> = images.into_iter().map(|(tag, seed)| Exhibit::new(tag, image(seed))).collect();
    write_layout(&sandbox.path(layout), &exhibits);
}

fn image(seed: u64) -> Tree {
    Image::oci().layer(Layer::gzip(seed)).build()
}

/// The tags at a place.
pub(crate) fn tags(sandbox: &Sandbox, place: &str) -> Vec<String> {
    sandbox.run(&format!("tags {place}")).succeeded().lines().map(str::to_owned).collect()
}

/// The digest of an image.
fn digest(sandbox: &Sandbox, image: &str) -> String {
    let seen = sandbox.run(&format!("inspect {image} --output json")).json();
    seen.get("digest").unwrap().as_str().unwrap().to_owned()
}

/// The totals of a run.
fn totals(sandbox: &Sandbox, line: &str) -> serde_json::Value {
    sandbox.run(&format!("{line} --output json")).json().get("totals").unwrap().clone()
}

/// The file of the layer of an image in the layout `from`.
fn layer_file(sandbox: &Sandbox, seed: u64) -> PathBuf {
    let manifest = image(seed).json();
    let layer = manifest.pointer("/layers/0/digest").unwrap().as_str().unwrap().to_owned();
    sandbox.path("from/blobs").join(layer.replace(':', "/"))
}

#[test]
fn first_the_plan_then_the_run_then_nothing_is_left() {
    let sandbox = with(&["1.0", "1.1"], &[APPS]);
    insta::assert_snapshot!("plan", sandbox.run("plan"));
    assert!(!sandbox.path("to").exists(), "a plan changes nothing");
    insta::assert_snapshot!("sync", sandbox.run("sync --quiet"));
    insta::assert_snapshot!("plan_again", sandbox.run("plan apps"));
    insta::assert_snapshot!("sync_again", sandbox.run("sync apps"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);
    show(&sandbox, "from", [("1.0", 1), ("1.1", 7)]);
    insta::assert_snapshot!("plan_moved", sandbox.run("plan"));
    insta::assert_snapshot!("sync_moved", sandbox.run("sync --quiet"));
    assert_eq!(digest(&sandbox, "oci:to:1.1"), digest(&sandbox, "oci:from:1.1"));
}

#[test]
fn the_same_for_programs() {
    let sandbox = with(&["1.0", "1.1"], &[APPS]);
    insta::with_settings!({filters => [(r#""free": \d+"#, r#""free": "[FREE]""#)]}, {
        insta::assert_snapshot!("plan_json", sandbox.run("plan --output json"));
    });
    insta::assert_snapshot!("sync_json", sandbox.run("sync --output json --quiet"));
    insta::assert_snapshot!("sync_again_json", sandbox.run("sync --output json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_registries_count() {
    let Some(registry) = Registry::start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let mut sandbox = with(&["1.0", "1.1"], &[]);
    sandbox.redact(proxy.host(), "[SOURCE]");
    sandbox.run(&format!("copy oci:from:1.0 {}/apps:1.0", registry.host())).succeeded();
    sandbox.run(&format!("copy oci:from:1.1 {}/apps:1.1", registry.host())).succeeded();
    configure(&sandbox, &[&format!("{{name: apps, source: '{}/apps', targets: ['oci:to']}}", proxy.host())]);
    for (name, value) in [("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "1;w=21600")] {
        let set = Action::SetHeader(name.to_owned(), value.to_owned());
        proxy.fault(Rule::new(|asked| asked.path.contains("/manifests/"), set).always());
    }
    insta::assert_snapshot!("plan_pulls", sandbox.run("plan"));
    let pulls = sandbox.run("plan --output json").json().get("pulls").unwrap().clone();
    assert_eq!(pulls[0]["pulls"], 2, "{pulls}");
    assert_eq!((&pulls[0]["remaining"], &pulls[0]["window"]), (&1.into(), &21_600.into()), "{pulls}");
}

#[test]
fn a_plan_that_has_no_room_says_so() {
    let Some(disk) = Tmpfs::mount("64k") else { return };
    let mut sandbox = Sandbox::new();
    sandbox.redact(disk.path().display().to_string(), "[DISK]");
    let big = Image::oci().layer(Layer::random(1, 200_000)).build();
    write_layout(&sandbox.path("from"), &[Exhibit::new("1.0", big)]);
    let target = format!("oci:{}/to", disk.path().display());
    configure(&sandbox, &[&format!("{{name: apps, source: 'oci:from', targets: ['{target}']}}")]);
    insta::assert_snapshot!("plan_no_room", sandbox.run("plan"));
    let run = sandbox.run("sync");
    assert!(run.stderr.contains("warning: "), "{run}");
    assert_ne!(run.code, Some(0), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_asked_as_much_as_is_wanted() {
    let Some(registry) = Registry::start().await else { return };
    let proxy = Proxy::before(&registry).await;
    let sandbox = with(&["1.0", "1.1"], &[]);
    let mirror = format!("{{name: apps, source: 'oci:from', targets: ['{}/apps']}}", proxy.host());
    configure(&sandbox, &[&mirror]);
    sandbox.run("sync").succeeded();
    // Somebody moves a tag, and the journal does not know.
    sandbox.run(&format!("copy oci:from:1.0 {}/apps:1.1", registry.host())).succeeded();

    proxy.clear();
    assert_eq!(totals(&sandbox, "sync --trust-journal")["skipped"], 2);
    let asked = |records: &[Record]| records.iter().filter(|record| record.path.contains("/apps/")).count();
    assert_eq!(asked(&proxy.records()), 0, "the targets are believed");

    sandbox.run("plan --verify-targets").succeeded();
    let records = proxy.records();
    let heads =
        records.iter().filter(|record| record.method == "HEAD" && record.path.contains("/manifests/"));
    assert_eq!(heads.count(), 2, "each image is asked for");
    let sums = totals(&sandbox, "sync --verify-targets");
    assert_eq!((&sums["copied"], &sums["skipped"]), (&1.into(), &1.into()), "{sums}");
    let moved_back = digest(&sandbox, &format!("{}/apps:1.1", registry.host()));
    assert_eq!(moved_back, digest(&sandbox, "oci:from:1.1"));
    registry.client().check_image("apps", "1.1").await.unwrap();
}

#[test]
fn targets_cannot_be_both_believed_and_asked() {
    let sandbox = with(&["1.0"], &[APPS]);
    insta::assert_snapshot!(sandbox.run("sync --trust-journal --verify-targets"));
    insta::assert_snapshot!(sandbox.run("plan --trust-journal --verify-targets"));
    insta::assert_snapshot!(sandbox.run("sync --plan plan.json apps"));
    insta::assert_snapshot!(sandbox.run("sync --plan plan.json --failed"));
}

#[test]
fn mirrors_that_are_not_there() {
    let sandbox = with(&["1.0"], &[APPS, "{name: tools, source: 'oci:tools', targets: ['oci:to']}"]);
    for command in ["plan", "sync", "explain"] {
        insta::assert_snapshot!(format!("unknown_{command}"), sandbox.run(&format!("{command} aps")));
    }
    assert!(!sandbox.path("to").exists());
    sandbox.write("portolan.yaml", "version: 1\n");
    for command in ["plan", "sync", "explain"] {
        insta::assert_snapshot!(format!("none_{command}"), sandbox.run(&format!("{command} apps")));
    }
}

#[test]
fn mirrors_that_cannot_be_run() {
    let clash = "{name: two, images: ['oci:from:1.0', 'oci:from:1.1'], targets: ['oci:to:same']}";
    let archive = "{name: archive, source: 'oci:from', targets: ['oci-archive:to.tar']}";
    let gone = "{name: gone, source: 'oci:nowhere', targets: ['oci:to']}";
    let sandbox = with(&["1.0", "1.1"], &[clash, archive, gone]);
    for mirror in ["two", "archive", "gone"] {
        insta::assert_snapshot!(format!("plan_{mirror}"), sandbox.run(&format!("plan {mirror}")));
        insta::assert_snapshot!(format!("sync_{mirror}"), sandbox.run(&format!("sync {mirror}")));
    }
    assert!(!sandbox.path("to").exists());
    assert!(!sandbox.path("to.tar").exists());
}

#[test]
fn a_mirror_that_cannot_be_run_does_not_hold_up_the_others() {
    let gone = "{name: gone, source: 'oci:nowhere', targets: ['oci:to']}";
    let sandbox = with(&["1.0"], &[gone, APPS]);
    insta::assert_snapshot!(sandbox.run("sync"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0"]);
}

#[test]
fn a_plan_is_kept_and_done_later() {
    let sandbox = with(&["1.0", "1.1"], &[APPS]);
    sandbox.run("plan --save plan.json").succeeded();
    insta::assert_snapshot!("saved", sandbox.run("sync --plan plan.json --quiet"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);
    insta::assert_snapshot!("saved_again", sandbox.run("sync --plan plan.json --quiet"));
    sandbox.run("plan --save plan.json").succeeded();
    insta::assert_snapshot!("saved_empty", sandbox.run("sync --plan plan.json"));
}

#[test]
fn an_image_that_moved_since_the_plan_is_refused() {
    let sandbox = with(&["1.0", "1.1"], &[APPS]);
    sandbox.run("plan --save plan.json").succeeded();
    show(&sandbox, "from", [("1.0", 1), ("1.1", 7)]);
    insta::assert_snapshot!(sandbox.run("sync --plan plan.json"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0"]);
}

#[test]
fn a_plan_of_several_mirrors_is_one_run_of_each() {
    let sandbox = with(&["1.0", "1.1"], &[APPS, "{name: usb, source: 'oci:from', targets: ['oci:usb']}"]);
    sandbox.run("plan --save plan.json").succeeded();
    fs::remove_file(sandbox.path("from/index.json")).unwrap();
    sandbox.run("sync --plan plan.json").failed(6);
    show(&sandbox, "from", [("1.0", 1), ("1.1", 2)]);
    // What failed is known to be what is left.
    insta::assert_snapshot!("saved_failed", sandbox.run("sync --failed --quiet"));
    assert_eq!(
        (tags(&sandbox, "oci:to"), tags(&sandbox, "oci:usb")),
        (vec!["1.0".to_owned(), "1.1".to_owned()], vec!["1.0".to_owned(), "1.1".to_owned()])
    );
}

#[test]
fn a_mirror_that_cannot_be_planned_does_not_hold_up_the_others() {
    let sandbox = with(&["1.0"], &["{name: gone, source: 'oci:nowhere', targets: ['oci:to']}", APPS]);
    insta::assert_snapshot!("plan_of_one_of_two", sandbox.run("plan --save plan.json"));
    insta::assert_snapshot!("sync_of_one_of_two", sandbox.run("sync --quiet --plan plan.json"));
}

#[test]
fn files_that_are_no_plan() {
    let sandbox = with(&["1.0", "1.1"], &[APPS]);
    sandbox.run("plan --save plan.json").succeeded();
    let plan = fs::read_to_string(sandbox.path("plan.json")).unwrap();
    sandbox.write("later.json", &plan.replacen("\"version\":2", "\"version\":3", 1));
    sandbox.write("torn.json", plan.split_once("\"manifests\"").unwrap().0);
    sandbox.write("earlier.json", r#"{"version": 1, "made_at": "2026-11-01T00:00:00Z", "images": []}"#);
    let contents: Vec<_> = plan.split("\"content\":\"").skip(1).map(|rest| rest.split('"').next()).collect();
    let [Some(first), Some(second)] = contents.as_slice() else { panic!("two images in {plan}") };
    sandbox.write("damaged.json", &plan.replace(first, "bm9uZQ=="));
    sandbox.write("altered.json", &plan.replace(first, second));
    insta::with_settings!({filters => [(r"column \d+", "column [N]")]}, {
        for name in ["later", "earlier", "torn", "damaged", "altered", "nowhere"] {
            insta::assert_snapshot!(format!("plan_{name}"), sandbox.run(&format!("sync --plan {name}.json")));
        }
    });
    // What was saved before is whole until the next one is.
    sandbox.run("plan --save plan.json").succeeded();
    let left: Vec<_> =
        fs::read_dir(sandbox.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".plan")), "{left:?}");
    insta::assert_snapshot!("plan_not_saved", sandbox.run("plan --save no/folder/plan.json"));
    assert!(!sandbox.path("to").exists());
}

#[test]
fn why_a_tag_is_taken_or_not() {
    let tags = "{include: ['^[0-9]', '^edge'], exclude: ['-rc'], semver: '>=1.1', latest: 2}";
    let mirror = format!("{{name: apps, source: 'oci:from', targets: ['oci:to'], tags: {tags}}}");
    let all = ["1.0", "1.1", "1.2", "1.3", "1.4-rc1", "edge", "nightly"];
    let sandbox = with(&all, &[&mirror]);
    insta::assert_snapshot!("explain", sandbox.run("explain apps"));
    insta::assert_snapshot!("explain_tag", sandbox.run("explain apps 1.1"));
    insta::assert_snapshot!("explain_image", sandbox.run("explain apps oci:from:1.3"));
    insta::assert_snapshot!("explain_nothing", sandbox.run("explain apps 9.9"));
    insta::assert_snapshot!("explain_json", sandbox.run("explain apps 1.3 --output json"));
    insta::assert_snapshot!("explain_no_reference", sandbox.run("explain apps 'no image'"));
    assert_eq!(totals(&sandbox, "sync")["copied"], 2);
}

#[test]
fn why_a_named_image_is_taken() {
    let sandbox =
        with(&["1.0", "1.1"], &["{name: one, images: ['oci:from:1.1'], targets: ['oci:to', 'oci:usb']}"]);
    insta::assert_snapshot!(sandbox.run("explain one"));
    insta::assert_snapshot!(sandbox.run("explain one 1.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_repository_is_taken_or_not() {
    let Some(registry) = Registry::start().await else { return };
    let host = registry.host();
    let mut sandbox = with(&["1.0"], &[]);
    sandbox.redact(host, "[HOST]");
    for repository in ["team/app", "team/old", "other"] {
        sandbox.run(&format!("copy oci:from:1.0 {host}/{repository}")).succeeded();
    }
    let source = format!("source: '{host}/team/**', repositories: {{exclude: ['old$']}}");
    configure(&sandbox, &[&format!("{{name: team, {source}, targets: ['oci:usb/{{name}}']}}")]);
    insta::assert_snapshot!("repositories", sandbox.run("explain team"));
    insta::assert_snapshot!("repository", sandbox.run(&format!("explain team {host}/team/old")));
}

#[test]
fn a_list_that_a_command_prints() {
    let mirror = "{name: listed, images_from: {command: [sh, list.sh]}, targets: ['oci:to']}";
    let sandbox = with(&["1.0", "1.1", "1.2"], &[mirror]);
    let list = r"printf '# what is needed\r\noci:from:1.0\r\n\r\n  oci:from:1.2  # and why\r\n'";
    sandbox.write("list.sh", list);
    insta::assert_snapshot!("listed", sandbox.run("sync --quiet"));
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.2"]);

    sandbox.write("list.sh", "echo oci:from:1.0; echo 'no inventory today' >&2; exit 3");
    insta::assert_snapshot!("list_failed", sandbox.run("sync"));
    sandbox.write("list.sh", "echo oci:from:1.0; echo oci:from:1.1 oci:from:1.2");
    insta::assert_snapshot!("list_two_names", sandbox.run("sync"));
    configure(&sandbox, &["{name: listed, images_from: {command: [no-such-program]}, targets: ['oci:to']}"]);
    insta::assert_snapshot!("list_no_program", sandbox.run("sync"));
}

#[test]
fn a_broken_image_does_not_hold_up_the_others() {
    let sandbox = with(&["1.0", "1.1", "1.2"], &[APPS]);
    let broken = layer_file(&sandbox, 2);
    let layer = fs::read(&broken).unwrap();
    fs::remove_file(&broken).unwrap();
    let ran = sandbox.run("sync --quiet");
    assert_eq!(ran.code, Some(4), "{ran}");
    // Other blobs of the broken image may have been on their way.
    let counts = [(r"1 failed: .*", "1 failed: […]")];
    insta::with_settings!({filters => counts}, { insta::assert_snapshot!("broken", ran); });
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.2"]);

    fs::write(&broken, layer).unwrap();
    let sums = totals(&sandbox, "sync --failed");
    assert_eq!((&sums["images"], &sums["copied"]), (&1.into(), &1.into()), "{sums}");
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1", "1.2"]);
    insta::assert_snapshot!("nothing_failed", sandbox.run("sync --failed"));
}

#[test]
fn what_is_mended_is_all_that_the_next_run_copies() {
    let sandbox = with(&["1.0", "1.1", "1.2"], &[APPS]);
    let broken = layer_file(&sandbox, 2);
    let layer = fs::read(&broken).unwrap();
    fs::remove_file(&broken).unwrap();
    sandbox.run("sync").failed(4);
    fs::write(&broken, layer).unwrap();
    let sums = totals(&sandbox, "sync");
    assert_eq!((&sums["images"], &sums["copied"]), (&3.into(), &1.into()), "{sums}");
}

#[test]
fn every_target_gets_every_image() {
    let mirror = "{name: apps, source: 'oci:from', targets: ['oci:to', 'oci:usb:v{tag}']}";
    let sandbox = with(&["1.0", "1.1"], &[mirror]);
    insta::assert_snapshot!("two_targets", sandbox.run("sync --quiet"));
    assert_eq!(tags(&sandbox, "oci:usb"), ["v1.0", "v1.1"]);
    fs::remove_dir_all(sandbox.path("usb")).unwrap();
    insta::assert_snapshot!("one_of_two_targets", sandbox.run("sync --verify-targets --quiet"));
}

#[test]
fn an_immutable_tag_that_moved() {
    let mirror = "{name: apps, source: 'oci:from', targets: ['oci:to'], immutable: ['^1']}";
    let sandbox = with(&["1.0", "edge"], &[mirror]);
    sandbox.run("sync").succeeded();
    let before = digest(&sandbox, "oci:to:1.0");
    show(&sandbox, "from", [("1.0", 7), ("edge", 8)]);
    insta::assert_snapshot!("immutable_plan", sandbox.run("plan"));
    insta::assert_snapshot!("immutable_sync", sandbox.run("sync"));
    assert_eq!(digest(&sandbox, "oci:to:1.0"), before);
    assert_eq!(digest(&sandbox, "oci:to:edge"), digest(&sandbox, "oci:from:edge"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_somebody_is_running() {
    let tools = "{name: tools, source: 'oci:from', targets: ['oci:tools']}";
    let sandbox = with(&["1.0"], &[APPS, tools]);
    let catalog =
        Catalog::open(&DatabaseLocation::SqliteFile(sandbox.path("data/catalog.sqlite"))).await.unwrap();
    let begun = catalog.runs().begin_run("apps", "the night shift", Duration::from_secs(600)).await.unwrap();
    let RunStart::Begun(lease) = begun else { panic!("nobody else runs it") };
    let since = [(r"since \S+", "since [TIME]")];
    insta::with_settings!({filters => since}, {
        insta::assert_snapshot!("held", sandbox.run("sync apps"));
        insta::assert_snapshot!("held_of_two", sandbox.run("sync"));
    });
    assert!(!sandbox.path("to").exists());
    assert_eq!(tags(&sandbox, "oci:tools"), ["1.0"]);
    // A plan is nobody's turn.
    sandbox.run("plan apps").succeeded();
    catalog.runs().release(&lease).await.unwrap();
    sandbox.run("sync apps").succeeded();
    catalog.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_at_once_do_the_work_once() {
    let sandbox = with(&["1.0", "1.1"], &[APPS]);
    let children: Vec<_> = (0..3)
        .map(|_| {
            let mut command = sandbox.command(["sync", "--output", "json", "--quiet"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut copied = 0;
    for child in children {
        let ended = child.wait_with_output().unwrap();
        let (told, report) = (String::from_utf8(ended.stderr).unwrap(), ended.stdout);
        match ended.status.code() {
            Some(0) => {
                let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
                copied += report["totals"]["copied"].as_u64().unwrap();
            }
            code => assert!(code == Some(1) && told.contains("apps is being run by portolan sync"), "{told}"),
        }
    }
    assert_eq!(copied, 2);
    assert_eq!(tags(&sandbox, "oci:to"), ["1.0", "1.1"]);
}
