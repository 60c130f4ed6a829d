//! The benchmark runs, on work so small that its figures mean nothing.
#![expect(clippy::unwrap_used, reason = "helpers of tests may stop the test")]

use std::path::Path;
use std::process::{Command, Output};

use portolan_testkit::peer;
use serde_json::Value;

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portolan-bench")).args(arguments).output().unwrap()
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

#[test]
fn every_row_is_played_and_written_down() {
    if peer::require("docker-registry").and(peer::require("skopeo")).is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (figures, page) = (dir.path().join("figures.json"), dir.path().join("page.md"));
    let output = bench(&[
        "--clients=lean,skopeo",
        "--rows=huge,twelve,tiny,unchanged,mirror,idle",
        "--scale=0.01",
        "--rounds=2",
        "--json",
        figures.to_str().unwrap(),
        "--markdown",
        page.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = json(&figures);
    let rows: Vec<&str> =
        json["rows"].as_array().unwrap().iter().filter_map(|row| row["row"].as_str()).collect();
    assert_eq!(rows, ["huge", "twelve", "tiny", "unchanged", "mirror", "idle"]);
    for row in json["rows"].as_array().unwrap() {
        let runs = row["clients"][0]["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 2);
        let costs = ["wall_seconds", "cpu_seconds", "peak_mib"];
        assert!(runs.iter().all(|run| costs.iter().all(|cost| run[cost].as_f64().unwrap() > 0.0)), "{row}");
    }
    // The manifest and config and layers; a HEAD, two requests for each blob, the manifest.
    let requests = |row: usize| json["rows"][row]["clients"][0]["requests"].clone();
    assert_eq!(requests(0), serde_json::json!({"source": 3, "target": 6}));
    assert_eq!(requests(1), serde_json::json!({"source": 14, "target": 28}));
    assert_eq!(requests(3), serde_json::json!({"source": 1, "target": 1}));
    // Only a client that mirrors is in the rows about that.
    let clients = |row: usize| json["rows"][row]["clients"].as_array().unwrap().len();
    assert_eq!((clients(4), clients(5)), (2, 1));
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("```sh\ncargo xtask bench --clients=lean,skopeo --rows=huge,")
            && page.contains(",idle --scale=0.01 --rounds=2\n```"),
        "{page}"
    );
}

#[test]
fn docker_registry_is_put_to_every_load() {
    if peer::require("docker-registry").is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let figures = dir.path().join("figures.json");
    let rows = ["serve-push", "serve-huge", "serve-tiny", "serve-head", "serve-tags", "serve-pull"];
    let output = bench(&[
        "--clients=docker-registry",
        &format!("--rows={},serve-pull-tls,serve-rest", rows.join(",")),
        "--scale=0.01",
        "--rounds=1",
        "--json",
        figures.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = json(&figures);
    let played = json["rows"].as_array().unwrap();
    let names: Vec<&str> = played.iter().filter_map(|row| row["row"].as_str()).collect();
    assert_eq!(names, [&rows[..], &["serve-pull-tls"]].concat());
    for row in played {
        let run = &row["clients"][0]["runs"][0];
        assert!(run["wall_seconds"].as_f64().unwrap() > 0.0, "{row}");
        assert!(run["peak_mib"].as_f64().unwrap() > 0.0, "{row}");
    }
    // A tick is too long for the smallest loads.
    let cpu = |row: &Value| row["clients"][0]["runs"][0]["cpu_seconds"].as_f64().unwrap();
    assert!(played.iter().map(cpu).sum::<f64>() > 0.0);
}

#[test]
fn the_floor_writes_the_layers_into_a_file() {
    if peer::require("docker-registry").is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let figures = dir.path().join("figures.json");
    let output = bench(&[
        "--clients=lean",
        "--rows=store-huge",
        "--scale=0.001",
        "--rounds=1",
        "--json",
        figures.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(json(&figures)["rows"][0]["clients"][0]["runs"][0]["wall_seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let output = Command::new(env!("CARGO_BIN_EXE_portolan-bench"))
        .args(["--clients=portolan", "--rows=serve-head", "--scale=0.01", "--rounds=1"])
        .env("PORTOLAN_BIN", "/bin/ls")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let words = "error: portolan in row serve-head: it does not start: /bin/ls: cannot access 'serve'";
    assert!(said.contains(words), "{said}");
}

#[test]
fn the_lean_client_says_what_it_cannot_copy() {
    let output = bench(&["lean", "somewhere", "127.0.0.1:1/a:b"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "error: `somewhere` is no reference: host:port/repository:tag is meant\n");
}

#[test]
fn a_client_that_fails_stops_the_benchmark() {
    if peer::require("docker-registry").is_none() {
        return;
    }
    let output = Command::new(env!("CARGO_BIN_EXE_portolan-bench"))
        .args(["--clients=portolan", "--rows=tiny", "--scale=0.02", "--rounds=1"])
        .env("PORTOLAN_BIN", "/bin/false")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error: portolan in row tiny: `/bin/false copy 127.0.0.1:"), "{said}");
}
