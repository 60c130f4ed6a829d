//! What a configuration means, and where it is looked for.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use portolan_catalog::DatabaseLocation;
use portolan_config::{Database, EXAMPLE, Environment, load};
use portolan_transport::{Secret, TlsMode, TlsSettings};

use crate::world::World;

#[test]
fn the_example_says_what_it_seems_to_say() {
    insta::assert_debug_snapshot!(World::new(EXAMPLE).load().unwrap().config);
}

#[test]
fn defaults() {
    insta::assert_debug_snapshot!(World::new("version: 1\n").load().unwrap().config);
    let nothing_below = World::new("version: 1\nregistries:\nlimits: ~\nlog:\ndata:\n");
    assert_eq!(nothing_below.load().unwrap().config, World::new("version: 1\n").load().unwrap().config);
}

#[test]
fn mirrors_have_the_defaults_and_the_tag_sets_in_them() {
    insta::assert_debug_snapshot!(World::new(EXAMPLE).load().unwrap().mirrors);
}

#[test]
fn scalars_need_no_quotes() {
    let world = World::new(
        "version: 1
data: 2026
registries:
  - {host: a.example, tls: off, username: yes, password: 0123}
  - {host: b.example, tls: 'off', username: null_user, password: 1_000}
  - {host: c.example, tls: insecure, username: '~', password: 'true'}
",
    );
    let config = world.load().unwrap().config;
    assert_eq!(config.data, PathBuf::from("2026"));
    let users: Vec<_> = config.registries.iter().map(|registry| registry.username.clone().unwrap()).collect();
    assert_eq!(users, ["yes", "null_user", "~"]);
    let passwords: Vec<_> =
        config.registries.iter().map(|registry| registry.password.clone().unwrap()).collect();
    assert_eq!(passwords, ["0123", "1_000", "true"].map(|text| Secret::Plain(text.to_owned())));
    let modes = [TlsMode::Off, TlsMode::Off, TlsMode::Insecure].map(|mode| Some(TlsSettings::Mode(mode)));
    assert_eq!(config.registries.iter().map(|registry| registry.tls.clone()).collect::<Vec<_>>(), modes);
}

#[test]
fn the_data_folder() {
    let data = |yaml: &str, variables: &[(&str, &str)]| {
        let world = variables.iter().fold(World::new(yaml), |world, (name, value)| world.with(name, value));
        world.load().unwrap().config.data.to_str().unwrap().to_owned()
    };
    let plain = "version: 1\n";
    assert_eq!(data(plain, &[]), "/home/someone/.local/share/portolan");
    assert_eq!(data(plain, &[("XDG_DATA_HOME", "/xdg")]), "/xdg/portolan");
    assert_eq!(data(plain, &[("XDG_DATA_HOME", "not/absolute")]), "/home/someone/.local/share/portolan");
    assert_eq!(data(plain, &[("XDG_DATA_HOME", "")]), "/home/someone/.local/share/portolan");
    assert_eq!(data("version: 1\ndata: ~/images\n", &[("XDG_DATA_HOME", "/xdg")]), "/home/someone/images");
    assert_eq!(data("version: 1\ndata: ~other/x\n", &[]), "~other/x");
}

#[test]
fn the_database() {
    let database = |yaml: &str| World::new(yaml).load().unwrap().config.database;
    let data = Path::new("/data");
    let file = |path: &str| DatabaseLocation::SqliteFile(path.into());
    assert_eq!(database("version: 1\n").location(data).unwrap(), file("/data/catalog.sqlite"));
    assert_eq!(database("version: 1\ndatabase: sqlite\n"), Database::Sqlite);
    let elsewhere = database("version: 1\ndatabase: sqlite:/srv/c.db\n");
    assert_eq!(elsewhere.location(data).unwrap(), file("/srv/c.db"));
    let postgres = database("version: 1\ndatabase: postgres://u:hunter2@db.example:6432/catalog\n");
    let location = postgres.location(data).unwrap();
    assert!(matches!(location, DatabaseLocation::Postgres(_)), "{location:?}");
    assert_eq!(location.to_string(), "postgres://db.example:6432/catalog");
    let full = database("version: 1\ndatabase: {url: mysql://u:hunter2@db.example/catalog, writers: 2}\n");
    let location = full.location(data).unwrap();
    assert!(matches!(location, DatabaseLocation::Mysql(_)), "{location:?}");
    assert!(!format!("{postgres:?} {full:?} {location:?}").contains("hunter2"));
    let secret = data.join("no/such/file");
    let full = database(&format!("version: 1\ndatabase: {{url: {{file: {}}}}}\n", secret.display()));
    assert!(full.location(data).unwrap_err().to_string().contains("/data/no/such/file"));
}

/// The only test that looks in the usual places and changes the working directory.
#[test]
fn the_first_file_of_the_usual_places_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "version: 1\n").unwrap();
        path
    };
    fs::create_dir(folder.path().join("here")).unwrap();
    env::set_current_dir(folder.path().join("here")).unwrap();
    let variable = |name: &str, path: &str| (name.to_owned(), folder.path().join(path).display().to_string());
    let mut variables = vec![variable("HOME", "home")];
    let found = |named: Option<&Path>, variables: &[(String, String)]| {
        load(named, &variables.iter().cloned().collect::<Environment>()).unwrap().file
    };
    if !Path::new("/etc/portolan/portolan.yaml").exists() {
        assert_eq!(found(None, &variables), None);
        assert_eq!(load(None, &variables.iter().cloned().collect()).unwrap().config.version, 1);
    }
    let home = place("home/.config/portolan/portolan.yaml");
    assert_eq!(found(None, &variables), Some(home));
    let xdg = place("xdg/portolan/portolan.yaml");
    variables.push(variable("XDG_CONFIG_HOME", "xdg"));
    assert_eq!(found(None, &variables), Some(xdg));
    place("here/portolan.yaml");
    assert_eq!(found(None, &variables), Some(PathBuf::from("./portolan.yaml")));
    let by_variable = place("by-variable.yaml");
    variables.push(variable("PORTOLAN_CONFIG", "by-variable.yaml"));
    assert_eq!(found(None, &variables), Some(by_variable));
    let named = place("named.yaml");
    assert_eq!(found(Some(&named), &variables), Some(named.clone()));
}
