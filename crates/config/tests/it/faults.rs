//! What is said about a configuration that is wrong.

use std::path::Path;

use portolan_config::{Environment, Fault, LoadError, check, load};

use crate::world::World;

fn errors(yaml: &str) -> String {
    World::new(yaml).errors()
}

/// One text with the errors of several configurations.
fn all(configurations: &[&str]) -> String {
    configurations.iter().map(|yaml| format!("{yaml}\n=> {}\n", errors(yaml))).collect::<Vec<_>>().join("\n")
}

#[test]
fn yaml_syntax() {
    insta::assert_snapshot!(all(&[
        "version: 1\nlog: {level: info\nlimits: {}\n",
        "version: 1\n\tlog: {}\n  x: 1\n",
        "version: 1\ndata: a: b\n",
        "version: 1\ndata: *nowhere\n",
        "version: 1\ndata: \"unended\n",
        "version: 1\nversion: 1\n",
        "version: 1\n---\nversion: 1\n",
    ]));
}

#[test]
fn unknown_keys() {
    insta::assert_snapshot!(all(&[
        "version: 1\nregisteries: []\n",
        "version: 1\nlog:\n  levle: info\n",
        "version: 1\nregistries:\n  - host: a.example\n    user-name: robot\n",
        "version: 1\nregistries:\n  - host: a.example\n    limits: {concurency: 4}\n",
        "version: 1\nregistries:\n  - host: a.example\n    tls: {CA: x}\n",
        "version: 1\nregistries:\n  - {host: a.example, username: x, password: {fiel: x}}\n",
        "version: 1\nlog: {zzz: 1}\n",
        "version: 1\n7: 8\n",
    ]));
}

#[test]
fn reserved_names() {
    insta::assert_snapshot!(all(&[
        "version: 1\nclouds:\n  - name: base\n",
        "version: 1\nlog: {file: /var/log/portolan.log}\n",
    ]));
}

#[test]
fn the_daemons_certificate() {
    insta::assert_snapshot!(all(&[
        "version: 1\ntls: {cert: tls.crt}\n",
        "version: 1\ntls: {cert: tls.crt, kye: tls.key}\n",
        "version: 1\ntls: off\n",
    ]));
}

#[test]
fn addresses_that_others_can_reach_and_who_may_do_what_there() {
    insta::assert_snapshot!(all(&[
        "version: 1\nlisten: 0.0.0.0:5000\n",
        "version: 1\nlisten: '[::]:5000'\naccess:\n",
        "version: 1\naccess: {anonymous: [read]}\n",
        "version: 1\naccess: {anonymous: pull}\n",
        "version: 1\naccess:\n  anonymous:\n    - repositories: ['team/[']\n",
        "version: 1\naccess:\n  anonymous:\n    - repositories: ['team/**']\n      actions: [read]\n",
        "version: 1\naccess:\n  anonymous:\n    - actions: [pull]\n",
    ]));
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(all(&[
        "- version: 1\n",
        "just text\n",
        "version: 1\ndata: [a]\n",
        "version: 1\ndata: ''\n",
        "version: 1\nlog: info\n",
        "version: 1\nlog: {level: verbose}\n",
        "version: 1\nlog: {level: {}}\n",
        "version: 1\nlimits: {concurrency: many}\n",
        "version: 1\nlimits: {concurrency: '4'}\n",
        "version: 1\nlimits: {concurrency: 1.5}\n",
        "version: 1\nlimits: {concurrency: true}\n",
        "version: 1\nlimits: {concurrency: 0}\n",
        "version: 1\nlimits: {concurrency: 65536}\n",
        "version: 1\nlimits: {concurrency: 99999999999999999999}\n",
        "version: 1\nregistries: {host: a.example}\n",
        "version: 1\nregistries: [a.example]\n",
        "version: 1\nregistries: [~]\n",
        "version: 1\nregistries: [{host: a.example, tls: on}]\n",
        "version: 1\nregistries: [{host: a.example, tls: []}]\n",
        "version: 1\nregistries: [{host: a.example, username: u, password: {file: a, env: b}}]\n",
        "version: 1\nregistries: [{host: a.example, username: u, password: {}}]\n",
    ]));
}

#[test]
fn the_version() {
    insta::assert_snapshot!(all(&[
        "",
        "# only a comment\n",
        "data: /srv\n",
        "version:\n",
        "version: 2\nnew_things: []\n",
        "version: one\n",
        "version: '1'\n",
    ]));
}

#[test]
fn registries() {
    insta::assert_snapshot!(all(&[
        "version: 1\nregistries:\n  - username: robot\n    password: x\n",
        "version: 1\nregistries:\n  - host: https://a.example\n",
        "version: 1\nregistries:\n  - host: a.example/path\n",
        "version: 1\nregistries:\n  - host: registry\n",
        "version: 1\nregistries:\n  - host: a.example\n  - host: b.example\n  - host: A.example\n",
        "version: 1\nregistries: [{host: docker.io}, {host: index.docker.io}]\n",
        "version: 1\nregistries: [{host: a.example, username: robot}]\n",
        "version: 1\nregistries: [{host: a.example, password: {env: X}}]\n",
        "version: 1\nregistries: [{host: a.example, tls: {cert: x.pem}}]\n",
    ]));
}

#[test]
fn mirrors() {
    let mirror = |rest: &str| format!("version: 1\nmirrors:\n  - name: base\n{rest}");
    let with = |rest: &str| {
        mirror(&format!("    source: docker.io/library/debian\n    targets: [r.example/debian]\n{rest}"))
    };
    let configurations = [
        mirror(""),
        mirror("    targets: [r.example/debian]\n"),
        mirror("    source: debian\n    images: [debian:12]\n    targets: [r.example/debian]\n"),
        mirror("    images: []\n    images_from: {file: x}\n    targets: []\n"),
        mirror("    source: debian:12\n    targets: [r.example/debian]\n"),
        mirror("    source: quay.io/*/x\n    targets: [r.example/debian]\n"),
        mirror(
            "    source: quay.io/team/**\n    targets:\n      - r.example/{name}\n      - r.example/all\n",
        ),
        mirror("    source: oci:usb\n    targets: ['r.example/{repository}']\n"),
        mirror("    images: [debian:12, Debian]\n    targets: ['r.example/{name}']\n"),
        mirror("    images_from: {command: [], timeout: 5}\n    targets: ['r.example/{name}']\n"),
        mirror("    images_from: {command: [./list], file: x}\n    targets: ['r.example/{name}']\n"),
        mirror("    images_from: {command: [./list], timeout: 5}\n    targets: ['r.example/{name}']\n"),
        mirror("    source: debian\n    targets: ['r.example/{name}', 'r.example/{repo}']\n"),
        mirror("    source: debian\n    targets: [dir:/mnt, oci:/mnt]\n"),
        with("    repositories: {include: [a]}\n"),
        with("    tag: {}\n"),
        with("    schedule: '@often'\n"),
        with("    schedule: '61 * * * *'\n"),
        with("    schedule: '@daily'\n    every: 1h\n"),
        with("    every: 0s\n"),
        with("    platforms: [linux/amd64, amd64]\n"),
        with("    referrers: {recheck: soon}\n"),
        with("    prune: {mode: follow, max: 0%}\n"),
        with("    index: full\n"),
        with("  - name: base\n    images: [debian]\n    targets: [r.example/debian]\n"),
    ];
    insta::assert_snapshot!(all(&configurations.each_ref().map(String::as_str)));
}

#[test]
fn rules_for_tags() {
    let with = |tags: &str, rest: &str| {
        format!(
            "version: 1\nmirrors:\n  - name: base\n    source: debian\n    targets: [r.example/debian]\n    tags: {tags}\n{rest}"
        )
    };
    let configurations = [
        with("{include: ['^1[23'], latest: 0}", ""),
        with("{include: '^1'}", ""),
        with("{exclude: ['*-slim']}", ""),
        with("{exclude: ['glob:[a']}", ""),
        with("{semver: '>=12 <14'}", ""),
        with("{min_age: 3 days}", ""),
        with("{latest: newest}", ""),
        with("{latest: {by: date}}", ""),
        with("{latest: {count: 3, per: year}}", ""),
        with("{use: relaeses}", "tag_sets: {releases: {latest: 3}}\n"),
        with("{use: nested}", "tag_sets:\n  nested: {use: releases}\n  releases: {latest: 3}\n"),
        with("{use: broken}", "tag_sets: {broken: {include: ['(']}, empty: ~, list: []}\n"),
        "version: 1\ndefaults: {tags: {use: none}, every: 1h, schedule: '@daily'}\n".to_owned(),
        "version: 1\ndefaults: {name: x}\ntag_sets: [a]\n".to_owned(),
    ];
    insta::assert_snapshot!(all(&configurations.each_ref().map(String::as_str)));
}

#[test]
fn no_databases() {
    insta::assert_snapshot!(all(&[
        "version: 1\ndatabase: postgres://user:hunter2@db.example\n",
        "version: 1\ndatabase: mysql://db.example/?password=hunter2&x=1\n",
        "version: 1\ndatabase: {url: https://user:hunter2@db.example/portolan}\n",
        "version: 1\ndatabase: {url: postgres://user:hunter2@db.example/portolan, writers: 0}\n",
        "version: 1\ndatabase: {writers: 2}\n",
        "version: 1\ndatabase: 'sqlite:'\n",
        "version: 1\ndatabase: oracle\n",
    ]));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let world = World::new(
        "version: 1
dta: /srv
log: {level: loud, format: xml}
registries:
  - host: a_b.example
    limits: {concurrency: 0, requests_per_second: fast}
  - host: c.example
    tls: {cert: c.pem}
  - hots: d.example
",
    )
    .with("PORTOLAN__LIMITS__CONCURRENCY", "lots");
    insta::assert_snapshot!(world.errors());
    let LoadError::Invalid(problems) = world.load().unwrap_err() else { panic!() };
    assert_eq!(problems.iter().count(), 9);
}

#[test]
fn anchors_are_followed_to_where_they_stand() {
    insta::assert_snapshot!(errors(
        "version: 1
registries:
  - &common {host: a.example, limits: {concurrency: 0}}
  - <<: *common
    host: b.example
"
    ));
}

#[test]
fn a_caret_stands_under_what_is_meant_in_any_script() {
    insta::assert_snapshot!(errors("version: 1\nlog: {\"größe\": ä, level: schön}\n"));
}

#[test]
fn files_that_cannot_be_read() {
    let world = World::new("");
    let missing = Path::new("/nowhere/portolan.yaml");
    let by_variable = load(
        None,
        &[("PORTOLAN_CONFIG".to_owned(), "/nowhere/by-variable.yaml".to_owned())].into_iter().collect(),
    );
    for outcome in
        [load(Some(missing), &Environment::default()), check(missing, &world.environment()), by_variable]
    {
        let error = outcome.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap();
        insta::assert_snapshot!(format!("{error}: {cause}"));
    }
    let binary = World::new("");
    std::fs::write(binary.path(), b"version: \xff").unwrap();
    assert!(matches!(binary.load(), Err(LoadError::Unreadable { .. })));
    std::fs::remove_file(binary.path()).unwrap();
    std::fs::create_dir(binary.path()).unwrap();
    assert!(matches!(binary.load(), Err(LoadError::Unreadable { .. })));
}

#[test]
fn without_a_home_the_data_folder_must_be_given() {
    let world = World::new("version: 1\n");
    let homeless = Environment::default();
    insta::assert_snapshot!(load(Some(&world.path()), &homeless).unwrap_err());
    let world = World::new("version: 1\ndata: ~/images\n");
    insta::assert_snapshot!(world.plain(&load(Some(&world.path()), &homeless).unwrap_err().to_string()));
    let world = World::new("version: 1\ndata: /srv\n");
    assert!(load(Some(&world.path()), &homeless).is_ok());
}

#[test]
fn strange_documents_do_no_harm() {
    let deep = "[".repeat(100_000);
    let bomb: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{p}, *a{p}, *a{p}]\n", p = n - 1)).collect();
    for yaml in [format!("version: 1\nx: {deep}"), format!("version: 1\na0: &a0 [x]\n{bomb}")] {
        let LoadError::Invalid(problems) = World::new(&yaml).load().unwrap_err() else { panic!() };
        assert!(matches!(problems.iter().next().unwrap().fault(), Fault::Syntax(_)));
    }
}
