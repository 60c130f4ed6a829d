//! What is in force, as it is shown.

use portolan_config::{Config, EXAMPLE};
use proptest::prelude::*;

use crate::world::World;

#[test]
fn every_value_has_its_origin() {
    insta::assert_snapshot!(World::new(EXAMPLE).with("PORTOLAN__LOG__LEVEL", "debug").shown());
}

#[test]
fn defaults_are_shown() {
    insta::assert_snapshot!(World::new("version: 1\n").shown());
}

#[test]
fn secrets_are_blanked() {
    let shown =
        World::new("version: 1\nregistries: [{host: a.example, username: u, password: hunter2}]\n").shown();
    insta::assert_snapshot!(shown);
    let shown = [
        "postgres://u:hunter2@db.example/portolan?sslmode=require",
        "{url: mysql://u:hunter2@db.example/portolan, writers: 8}",
        "{url: {env: DATABASE}}",
    ]
    .map(|database| World::new(&format!("version: 1\ndatabase: {database}\n")).shown());
    let databases =
        shown.iter().flat_map(|text| text.lines().skip(2).take_while(|line| !line.starts_with("reg")));
    insta::assert_snapshot!(databases.collect::<Vec<_>>().join("\n"));
}

/// Any text that can be written: with quotes, colons, line ends, and what looks like another type.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{1,12}", "[a-z:# '\"\\n\\\\|>~-]{1,12}", Just("0x10".to_owned()), Just("off".to_owned())]
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn registry(index: usize) -> impl Strategy<Value = String> {
    let tls = prop_oneof![
        Just("off".to_owned()),
        Just("insecure".to_owned()),
        text().prop_map(|ca| format!("{{ca: {}}}", quoted(&ca))),
        (text(), text()).prop_map(|(cert, key)| format!(
            "{{cert: {}, key: {}}}",
            quoted(&cert),
            quoted(&key)
        )),
    ];
    let secret = prop_oneof![
        text().prop_map(|name| format!("{{env: {}}}", quoted(&name))),
        text().prop_map(|path| format!("{{file: {}}}", quoted(&path))),
    ];
    let user = (text(), secret)
        .prop_map(|(name, secret)| format!("username: {}, password: {secret}", quoted(&name)));
    let limits = (1..=u16::MAX, 1..=u32::MAX)
        .prop_map(|(many, rate)| format!("limits: {{concurrency: {many}, requests_per_second: {rate}}}"));
    let parts = (
        proptest::option::of(tls.prop_map(|tls| format!("tls: {tls}"))),
        proptest::option::of(user),
        proptest::option::of(limits),
        proptest::option::of(text().prop_map(|realm| format!("token_realm: {}", quoted(&realm)))),
    );
    parts.prop_map(move |(tls, user, limits, realm)| {
        let parts: Vec<_> = [tls, user, limits, realm].into_iter().flatten().collect();
        format!("{{host: h{index}.example, {}}}", parts.join(", "))
    })
}

fn configuration() -> impl Strategy<Value = String> {
    let registries =
        proptest::option::of((registry(1), registry(2)).prop_map(|(a, b)| format!("registries: [{a}, {b}]")));
    let level = prop_oneof![Just("error"), Just("info"), Just("trace")];
    let log = proptest::option::of(level.prop_map(|level| format!("log: {{level: {level}}}")));
    let data = proptest::option::of(text().prop_map(|data| format!("data: {}", quoted(&data))));
    let database = proptest::option::of(
        text().prop_map(|path| format!("database: {}", quoted(&format!("sqlite:{path}")))),
    );
    (registries, log, data, database).prop_map(|(registries, log, data, database)| {
        let parts: Vec<_> = [registries, log, data, database].into_iter().flatten().collect();
        format!("version: 1\n{}\n", parts.join("\n"))
    })
}

fn config(world: &World) -> Config {
    world.load().unwrap().config
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_shown_says_the_same(yaml in configuration()) {
        let world = World::new(&yaml);
        let shown = world.shown();
        prop_assert_eq!(config(&World::new(&shown)), config(&world), "{}", shown);
    }
}
