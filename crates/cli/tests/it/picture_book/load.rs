//! `load`: what a script lists goes where Picture-Book put it.

use portolan_testkit::registry::Registry;

use super::stage::Stage;

const LOAD: &str = "compat picture-book load --all";

#[tokio::test(flavor = "multi_thread")]
async fn images_go_where_their_names_say_and_one_that_fails_does_not_hold_up_the_others() {
    let list = "rancher/flannel:v1\r\n\n# a comment\nno image at all\nbusybox\ngone:1\ndocker.io/library/busybox:1\n";
    let Some(stage) = Stage::set(list).await else { return };
    let flannel = stage.publish("rancher/flannel", &["v1"], 1).await;
    let busybox = stage.publish("library/busybox", &["1", "latest"], 2).await;
    stage.configure("    repository: rancher\n", "");
    let said = stage.sandbox.run(LOAD).failed(4);
    for (repository, tag, image) in [
        ("rancher/flannel", "v1", &flannel),
        ("rancher/busybox", "latest", &busybox),
        ("rancher/docker.io/library/busybox", "1", &busybox),
    ] {
        assert_eq!(stage.has(repository, tag).await.as_ref(), Some(image), "{repository}: {said}");
    }
    for text in [
        "Beginning synchronization for [TARGET]",
        "Executing ./test.sh",
        "Retagging docker.io/rancher/flannel:v1 -> [TARGET]/rancher/flannel:v1",
        "Done synchronizing images for [TARGET]: 3 copied, 0 there, 2 failed",
        "line 4 has more than a name",
        "docker.io/library/gone:1: ",
        "] Done!",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_repository_names_follow_the_host() {
    let Some(stage) = Stage::set("busybox:1\n").await else { return };
    let busybox = stage.publish("library/busybox", &["1"], 1).await;
    stage.configure("", "display: spinner\n");
    let ran = stage.sandbox.run(&format!("compat picture-book ld -registry {}", stage.target.host()));
    let said = ran.stderr.clone();
    ran.succeeded();
    assert_eq!(stage.has("busybox", "1").await, Some(busybox));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "a line a registry, and the end: {said}");
    assert!(
        lines[0].ends_with("] Done synchronizing images for [TARGET]: 1 copied, 0 there, 0 failed"),
        "{said}"
    );
    assert!(lines[1].ends_with("] Done!"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_are_there_stay_and_the_latest_is_always_brought() {
    let Some(stage) = Stage::set("busybox:1\nbusybox:latest\n").await else { return };
    let first = stage.publish("library/busybox", &["1", "latest"], 1).await;
    stage.configure("", "");
    stage.sandbox.run(LOAD).succeeded();
    let second = stage.publish("library/busybox", &["1", "latest"], 2).await;
    let again = stage.sandbox.run(LOAD);
    assert!(
        again.stderr.contains(
            "docker.io/library/busybox:1 has already been retagged and pushed to remote repository!"
        ),
        "{again}"
    );
    again.succeeded();
    assert_eq!(stage.has("busybox", "1").await, Some(first));
    assert_eq!(stage.has("busybox", "latest").await, Some(second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_gets_its_arguments_one_by_one_and_what_it_says_apart_is_no_image() {
    let Some(stage) = Stage::set("").await else { return };
    stage.publish("library/busybox", &["1"], 1).await;
    stage
        .sandbox
        .write("test.sh", "#!/bin/sh\necho \"$# $1\" >&2\ntest \"$1\" = busybox:1 || exit 3\necho \"$1\"\n");
    stage.configure("    syncerScriptArgs: 'busybox:1 --more'\n", "");
    stage.sandbox.run(LOAD).succeeded();
    assert!(stage.has("busybox", "1").await.is_some());
    // A script that fails ends the run of its registry, and the exit code says so.
    stage.configure("    syncerScriptArgs: ''\n", "");
    let said = stage.sandbox.run(LOAD).failed(1);
    assert!(said.contains("exit status: 3") && said.contains("] Done!"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_for_pulling_goes_where_it_is_said_to_belong() {
    let Some(stage) = Stage::set("").await else { return };
    let Some(locked) = Registry::builder().htpasswd(&[("anna", "open")]).start().await else { return };
    let image = portolan_testkit::zoo::one("oci-image");
    locked.client().push("app", &image).await;
    stage.publish("library/busybox", &["1"], 1).await;
    let line = format!("{}/app:{}\n", locked.host(), image.tags[0]);
    let place = format!("{}/app", locked.host().replace(':', "_"));
    stage.configure("    pullAuthConfig: 'anna:open'\n", "");
    // The list names one registry: it is that one's.
    stage.list(&line);
    stage.sandbox.run(LOAD).succeeded();
    assert!(stage.has(&place, &image.tags[0]).await.is_some());
    // It names two: nobody can tell whose it is, unless that is said.
    stage.list(&format!("{line}busybox:1\n"));
    let said = stage.sandbox.run(LOAD).stderr;
    let text = format!("{} is not sent pullAuthConfig", locked.host());
    assert!(said.contains(&text) && said.contains("docker.io is not sent pullAuthConfig"), "{said}");
    stage.configure(&format!("    pullAuthConfig: 'anna:open'\n    pullHosts: ['{}']\n", locked.host()), "");
    let ran = stage.sandbox.run(LOAD);
    assert!(!ran.stderr.contains(&text) && ran.stderr.contains("docker.io is not sent"), "{ran}");
    ran.succeeded();
    assert!(stage.has("busybox", "1").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_looked_for_where_picture_book_looked() {
    let Some(stage) = Stage::set("busybox:1\n").await else { return };
    stage.publish("library/busybox", &["1"], 1).await;
    stage.configure("", "");
    // Two folders above comes first, keys in whatever case are the same keys, and others are passed over.
    let text = std::fs::read_to_string(stage.sandbox.path("config.yaml")).unwrap();
    let script = stage.sandbox.path("test.sh").display().to_string();
    let text =
        text.replace("test.sh", &script).replace("hostname", "HostName").replace("pushAuth", "pushauth");
    stage.sandbox.write("config.yaml", &format!("{text}    authConfig: 'a:b'\n"));
    stage.sandbox.write("a/b/config.json", "registries: []\n");
    let mut command =
        stage.sandbox.command(["compat", "picture-book", "load", "--registry", stage.target.host()]);
    let ended = command.current_dir(stage.sandbox.path("a/b")).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("`registries[].authConfig` has no meaning and is passed over"), "{said}");
    assert!(stage.has("busybox", "1").await.is_some());
}
