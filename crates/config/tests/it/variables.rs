//! Variables over the file.

use portolan_config::{LogFormat, LogLevel, Origin, check};

use crate::world::World;

#[test]
fn a_variable_overrides_the_file() {
    let world = World::new("version: 1\nlog: {level: info}\ndata: /file\n")
        .with("PORTOLAN__LOG__LEVEL", "debug")
        .with("PORTOLAN__LOG__FORMAT", "json")
        .with("PORTOLAN__LIMITS__CONCURRENCY", "7")
        .with("PORTOLAN__DATA", "/variable")
        .with("PORTOLAN_OTHER", "not ours")
        .with("PORTOLAN", "not ours");
    let loaded = world.load().unwrap();
    assert_eq!((loaded.config.log.level, loaded.config.log.format), (LogLevel::Debug, LogFormat::Json));
    assert_eq!(loaded.config.limits.concurrency, 7);
    assert_eq!(loaded.config.data.to_str(), Some("/variable"));
    assert_eq!(loaded.origin("log.level"), Origin::Variable("PORTOLAN__LOG__LEVEL".to_owned()));
    assert_eq!(loaded.origin("database"), Origin::Default);
}

#[test]
fn a_text_may_look_like_anything() {
    let loaded = World::new("version: 1\n").with("PORTOLAN__DATA", "0123").load().unwrap();
    assert_eq!(loaded.config.data.to_str(), Some("0123"));
}

#[test]
fn what_variables_cannot_say() {
    let said: Vec<String> = [
        ("PORTOLAN__LOG__LEVLE", "info"),
        ("PORTOLAN__LGO__LEVEL", "info"),
        ("PORTOLAN__ZZZ", "1"),
        ("PORTOLAN__", "1"),
        ("PORTOLAN__log__level", "info"),
        ("PORTOLAN__LOG", "info"),
        ("PORTOLAN__LOG__LEVEL__MORE", "info"),
        ("PORTOLAN__REGISTRIES", "[]"),
        ("PORTOLAN__REGISTRIES__0__HOST", "a.example"),
        ("PORTOLAN__MIRRORS", "[]"),
        ("PORTOLAN__CLOUDS", "[]"),
        ("PORTOLAN__TAG_SETS", "{}"),
        ("PORTOLAN__TAG_SETS__RELEASES__LATEST", "3"),
        ("PORTOLAN__LOG__FILE", "/log"),
        ("PORTOLAN__LOG__LEVEL", "loud"),
        ("PORTOLAN__LIMITS__CONCURRENCY", "many"),
        ("PORTOLAN__LIMITS__CONCURRENCY", "0"),
        ("PORTOLAN__DATA", ""),
        ("PORTOLAN__DATABASE", "postgres://u:hunter2@h"),
        ("PORTOLAN__VERSION", "2"),
    ]
    .into_iter()
    .map(|(variable, value)| {
        format!("{variable}={value}\n=> {}\n", World::new("version: 1\n").with(variable, value).errors())
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_file_is_checked_without_variables() {
    let world = World::new("version: 1\n").with("PORTOLAN__ZZZ", "1").with("PORTOLAN__LOG__LEVEL", "debug");
    let loaded = check(&world.path(), &world.environment()).unwrap();
    assert_eq!(loaded.config.log.level, LogLevel::Warn);
}

#[test]
fn an_environment_is_shown_without_its_values() {
    let world = World::new("").with("TOKEN", "hunter2");
    assert_eq!(format!("{:?}", world.environment()), r#"{"HOME", "TOKEN"}"#);
}
