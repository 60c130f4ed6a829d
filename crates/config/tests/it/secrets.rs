//! Nothing that is said holds a secret.

use portolan_config::LoadError;
use proptest::prelude::*;

use crate::world::World;

const SECRET: &str = "hunter2";

/// All that can be seen of a configuration.
fn all_that_is_said(yaml: &str) -> String {
    match World::new(yaml).load() {
        Ok(loaded) => format!("{loaded:?}\n{}", loaded.show()),
        Err(error @ LoadError::Invalid(_)) => format!("{error}\n{error:?}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn wherever_a_secret_stands_it_is_not_said() {
    let right_place = [
        "{host: a.example, username: u, password: SECRET}",
        "{host: a.example, username: u, password: 'SECRET'}",
        "{host: a.example, username: u, password: \"SECRET\", x: 1}",
        "{host: a_b.example, username: u, password: SECRET}",
        "{host: a.example, password: SECRET}",
        "{username: u, password: SECRET}",
        "{host: a.example, username: u, password: [SECRET]}",
        "{host: a.example, username: u, password: {text: SECRET}}",
        "{host: a.example, username: u, password: {file: {a: SECRET}}}",
        "{host: a.example, username: u, password: {file: a, env: SECRET}}",
        "{host: a.example, username: u, passwrd: SECRET}",
        "{host: a.example, username: u, Password: {plain: SECRET}, limits: 1}",
        "{host: u:SECRET@a.example}",
        "{host: https://u:SECRET@a.example}",
        "{host: a.example, tls: https://u:SECRET@a.example}",
        "{host: a.example, username: u, password: SECRET",
        "{host: a.example, username: u, password: SECRET: more}",
        "{host: a.example, username: u, password: 'SECRET}",
        "{host: a.example, username: u, passphrase: \"\\qSECRET\"}",
    ]
    .map(|entry| format!("version: 1\nregistries:\n  - {entry}\n"));
    let elsewhere = [
        "version: 1\nregistries: {host: x, password: SECRET}\n",
        "version: 1\nlog: {password: SECRET}\n",
        "{version: 2, registries: [{host: x, password: SECRET}]}\n",
        "{registries: [{host: x, password: SECRET}]}\n",
        "version: 1\nregistries:\n  - host: a.example\n    username: u\n    password: |\n      SECRET\n    x: 1\n",
        "version: 1\nregistries:\n  - host: a.example\n    password: |\n       x\n      SECRET\n     SECRET\n",
        "version: 1\nregistries:\n  - host: a.example\n    password:\n      SECRET\n   SECRET\n",
        "version: 1\ndatabase: postgres://u:SECRET@h/d\n",
        "version: 1\ndatabase: mysql://u:SECRET@h/d\nlog: [\n",
        "version: 1\nx: &p SECRET\nregistries: [{host: a_b, username: u, password: *p}]\n",
    ]
    .map(str::to_owned);
    for yaml in right_place.iter().chain(&elsewhere) {
        let yaml = yaml.replace("SECRET", SECRET);
        let said = all_that_is_said(&yaml);
        assert!(!said.contains(SECRET), "{yaml}\n=> {said}");
    }
}

#[test]
fn the_caret_stays_where_it_belongs() {
    let yaml = "version: 1\nregistries:\n  - {password: hunter2, username: u, host: a_b.example, x: 1}\n";
    insta::assert_snapshot!(World::new(yaml).errors());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A file that is cut or damaged anywhere after the key of a secret.
    #[test]
    fn a_damaged_file_says_no_secret(place in any::<prop::sample::Index>(), put in "[\\[\\]{}:'\"\\n\\t &*!-]{1,3}") {
        let yaml = "version: 1\nlog: {level: info}\nregistries:\n  - host: a.example\n    username: u\n    password: hunter2\n";
        let places: Vec<usize> = (0..yaml.len()).filter(|at| !yaml[*at..].starts_with("assword: hunter2")).collect();
        let at = places[place.index(places.len())];
        // Not inside of the secret or of the name of its key: then it is another secret under another name.
        prop_assume!(!yaml[..at].ends_with('p') && yaml[at..].len() > 17);
        let damaged = format!("{}{put}{}", &yaml[..at], &yaml[at..]);
        let said = all_that_is_said(&damaged);
        prop_assert!(!said.contains("hunter2"), "{damaged}\n=> {said}");
    }
}
