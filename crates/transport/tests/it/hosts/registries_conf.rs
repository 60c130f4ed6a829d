//! Blocked, insecure, moved and mirrored registries.

use portolan_oci::{Tag, TagOrDigest};
use portolan_transport::{HostEndpoint, HostProfile, Reads, Scheme, TransportError};

use super::support::{Home, told};

const USER: &str = "user/registries.conf";
const ETC: &str = "etc/registries.conf";

/// The endpoints as text: `scheme authority/repository`, and what may be read there.
fn shown(endpoints: &[HostEndpoint]) -> Vec<String> {
    let one = |endpoint: &HostEndpoint| {
        let scheme = match endpoint.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
            Scheme::HttpsThenHttp => "either",
        };
        let reads = match endpoint.reads {
            Reads::All => "",
            Reads::Digests => " digests",
            Reads::Tags => " tags",
            Reads::Nothing => " nothing",
        };
        format!("{scheme} {}/{}{reads}", endpoint.authority, endpoint.repository)
    };
    endpoints.iter().map(one).collect()
}

/// Who is asked for `reference`.
fn readers(profile: &HostProfile, reference: &TagOrDigest) -> Vec<String> {
    let endpoints = profile.endpoints.iter().filter(|endpoint| endpoint.reads.covers(reference));
    endpoints.map(|endpoint| endpoint.registry.to_string()).collect()
}

fn endpoints(home: &Home, name: &str) -> Vec<String> {
    shown(&home.profile(name).unwrap().endpoints)
}

#[test]
fn mirrors_come_first_and_the_registry_last() {
    let home = Home::new();
    home.write(
        ETC,
        r#"
        unqualified-search-registries = ["docker.io"]
        [[registry]]
        location = "docker.io"
        [[registry.mirror]]
        location = "mirror.example:5000"
        insecure = true
        [[registry.mirror]]
        location = "localhost:5001/hub/"
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "tags.example"
        pull-from-mirror = "tag-only"
        [[registry.mirror]]
        location = "all.example"
        pull-from-mirror = "all"
        "#,
    );
    let profile = home.profile("docker.io/library/debian").unwrap();
    assert_eq!(
        shown(&profile.endpoints),
        [
            "either mirror.example:5000/library/debian",
            "either localhost:5001/hub/library/debian digests",
            "https tags.example/library/debian tags",
            "https all.example/library/debian",
            "https registry-1.docker.io/library/debian",
        ]
    );
    let hosts = |reference: &TagOrDigest| readers(&profile, reference);
    assert_eq!(
        hosts(&TagOrDigest::Tag(Tag::latest())),
        ["mirror.example:5000", "tags.example", "all.example", "docker.io"]
    );
    let digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
    assert_eq!(
        hosts(&TagOrDigest::Digest(digest)),
        ["mirror.example:5000", "localhost:5001", "all.example", "docker.io"]
    );
    assert_eq!(profile.writing().unwrap().registry.as_str(), "docker.io");
}

#[test]
fn the_older_word_for_digests_only_yields_to_the_newer() {
    let home = Home::new();
    home.write(
        ETC,
        r#"
        [[registry]]
        location = "r.example"
        mirror-by-digest-only = true
        mirror = [{location = "a.example"}, {location = "b.example", pull-from-mirror = "all"}]
        "#,
    );
    assert_eq!(
        endpoints(&home, "r.example/app"),
        ["https a.example/app digests", "https b.example/app", "https r.example/app"]
    );
}

#[test]
fn prefixes_are_replaced() {
    let table = [
        // prefix, location, name, where it is read
        ("r.example", "m.example", "r.example/a/b", Some("m.example/a/b")),
        ("r.example", "m.example/x", "r.example/a", Some("m.example/x/a")),
        ("r.example/a", "m.example/x", "r.example/a/b", Some("m.example/x/b")),
        ("r.example/a/", "m.example/x/", "r.example/a/b", Some("m.example/x/b")),
        ("r.example/a/b", "m.example:5000/x", "r.example/a/b", Some("m.example:5000/x")),
        ("r.example/a", "m.example", "r.example/a/b", Some("m.example/b")),
        ("r.example/a", "m.example/x", "r.example/ab", None),
        ("r.example", "m.example", "r.example:5000/a", None),
        ("r.example:5000", "m.example", "r.example/a", None),
        ("*.example", "m.test", "r.example/a/b", Some("m.test/a/b")),
        ("*.example", "m.test/x", "b.r.example:5000/a", Some("m.test/x/a")),
        ("*.r.example", "m.test", "r.example/a", None),
        ("*.r.example", "m.test", "xr.example/a", None),
        ("*.example", "m.test", "r.example.org/a", None),
        ("R.Example", "M.Example", "r.example/a", Some("m.example/a")),
        // The same place is no other place.
        ("r.example/a", "r.example/a", "r.example/a/b", None),
        ("r.example", "docker.io", "r.example/debian", Some("registry-1.docker.io/library/debian")),
    ];
    for (prefix, location, name, place) in table {
        let home = Home::new();
        home.write(ETC, &format!("[[registry]]\nprefix = '{prefix}'\nlocation = '{location}'"));
        let expected = match place {
            Some(place) => vec![format!("https {place}"), format!("https {name} nothing")],
            None => vec![format!("https {name}")],
        };
        assert_eq!(endpoints(&home, name), expected, "{prefix} -> {location} for {name}");
    }
}

#[test]
fn a_moved_registry_is_still_written_under_its_name() {
    let home = Home::new();
    home.write(ETC, "[[registry]]\nprefix = 'r.example'\nlocation = 'm.example'\ninsecure = true");
    let profile = home.profile("r.example/app").unwrap();
    assert_eq!(shown(&profile.endpoints), ["either m.example/app", "either r.example/app nothing"]);
    let latest = TagOrDigest::Tag(Tag::latest());
    assert_eq!(readers(&profile, &latest), ["m.example"]);
    assert_eq!(profile.writing().unwrap().registry.as_str(), "r.example");
}

#[test]
fn the_longest_prefix_counts_alone() {
    let home = Home::new();
    home.write(
        ETC,
        r#"
        [[registry]]
        prefix = "r.example/a/b"
        location = "ab.test"
        [[registry]]
        prefix = "*.s.example"
        location = "s.test"
        [[registry]]
        prefix = "*.example"
        location = "any.test"
        [[registry]]
        prefix = "r.example/a"
        location = "a.test"
        "#,
    );
    for (name, place) in [
        ("r.example/a/b/c", "ab.test/c"),
        ("r.example/a/c", "a.test/c"),
        ("r.example/c", "any.test/c"),
        ("x.s.example/c", "s.test/c"),
    ] {
        assert_eq!(endpoints(&home, name)[0], format!("https {place}"), "{name}");
    }
}

#[test]
fn blocked_registries_are_forbidden() {
    let home = Home::new();
    home.write(
        ETC,
        r#"
        [[registry]]
        prefix = "*.bad.example"
        blocked = true
        [[registry]]
        location = "r.example/a"
        blocked = true
        [[registry.mirror]]
        location = "m.example"
        "#,
    );
    let error = home.profile("x.bad.example/app").unwrap_err();
    assert_eq!(
        told(&error, &home),
        "access to x.bad.example/app is not allowed: HOME/etc/registries.conf sets `blocked` for *.bad.example"
    );
    let error = home.profile("r.example/a/b").unwrap_err();
    assert!(matches!(error, TransportError::Forbidden { .. }), "{error:?}");
    assert_eq!(endpoints(&home, "r.example/b"), ["https r.example/b"]);
    assert_eq!(endpoints(&home, "bad.example/b"), ["https bad.example/b"]);
}

#[test]
fn the_users_file_replaces_the_systems_and_drop_ins_add_to_it() {
    let home = Home::new();
    let entry = |host: &str, to: &str| format!("[[registry]]\nprefix = '{host}'\nlocation = '{to}'\n");
    home.write(ETC, &(entry("a.example", "etc.test") + &entry("b.example", "etc.test")));
    let place = |host: &str| endpoints(&home, &format!("{host}/x"))[0].clone();
    assert_eq!(place("a.example"), "https etc.test/x");

    home.write(USER, &entry("a.example", "user.test"));
    assert_eq!(place("a.example"), "https user.test/x");
    assert_eq!(place("b.example"), "https b.example/x");

    home.write(
        "etc/registries.conf.d/50.conf",
        &(entry("a.example", "etc50.test") + &entry("b.example", "etc50.test")),
    );
    home.write("etc/registries.conf.d/60.conf", &entry("b.example", "etc60.test"));
    home.write("etc/registries.conf.d/70.conf.off", &entry("b.example", "off.test"));
    assert_eq!(place("a.example"), "https etc50.test/x");
    assert_eq!(place("b.example"), "https etc60.test/x");

    home.write("user/registries.conf.d/10.conf", &entry("b.example", "user10.test"));
    assert_eq!(place("a.example"), "https etc50.test/x");
    assert_eq!(place("b.example"), "https user10.test/x");
}

#[test]
fn what_the_user_has_set_counts_before_insecure() {
    let mut home = Home::new();
    home.write(ETC, "[[registry]]\nlocation = 'r.example'\ninsecure = true");
    assert_eq!(endpoints(&home, "r.example/a"), ["either r.example/a"]);
    home.settings = vec![serde_json::from_str(r#"{"host": "r.example", "tls": {}}"#).unwrap()];
    assert_eq!(endpoints(&home, "r.example/a"), ["https r.example/a"]);
}

#[test]
fn one_host_may_be_secure_and_insecure_for_different_paths() {
    let home = Home::new();
    home.write(ETC, "[[registry]]\nlocation = 'r.example/a'\ninsecure = true");
    let hosts = home.hosts();
    let profile = |repository: &str| {
        hosts.profile(&"r.example".parse().unwrap(), &repository.parse().unwrap()).unwrap().endpoints
    };
    assert_eq!(shown(&profile("a/x")), ["either r.example/a/x"]);
    assert_eq!(shown(&profile("b/x")), ["https r.example/b/x"]);
}

#[test]
fn malformed_files_are_told_with_their_place() {
    let table = [
        ("[[registry]]\nlocation = ", "line 2, column 12: "),
        (
            "\n[[registry]]\ninsecure = 'yes'",
            "line 3, column 12: invalid type: string \"yes\", expected a boolean",
        ),
        ("\n[[registry]]\ninsecure = true", "line 2, column 1: a registry needs a `prefix` or a `location`"),
        ("[[registry]]\nlocation = 'https://r.example'", "line 1, column 1: a location has the form HOST"),
        (
            "[[registry]]\nprefix = 'a.*.example'\nlocation = 'r.example'",
            "line 1, column 1: a location has the form HOST",
        ),
        ("[[registry]]\nprefix = '*.example/a'", "line 1, column 1: a prefix with `*` has the form"),
        ("[[registry]]\nprefix = '*example'", "line 1, column 1: a prefix with `*` has the form"),
        ("[[registry]]\nprefix = '*'", "line 1, column 1: a prefix with `*` has the form"),
        (
            "[[registry]]\nlocation = 'r.example'\n[[registry.mirror]]\nlocation = 'm.test'\n[[registry.mirror]]\nlocation = '-'",
            "line 5, column 1: a location has the form HOST",
        ),
        (
            "[[registry]]\nlocation = 'r.example'\n[[registry.mirror]]\ninsecure = true",
            "line 3, column 1: missing field `location`",
        ),
        (
            "[[registry]]\nlocation = 'r.example'\n[[registry.mirror]]\nlocation = 'm.test'\npull-from-mirror = 'some'",
            "line 5, column 20: unknown variant `some`",
        ),
    ];
    for (text, problem) in table {
        let home = Home::new();
        home.write(ETC, text);
        let error = home.profile("other.example/a").unwrap_err();
        let start = format!("registry configuration HOME/etc/registries.conf cannot be used: {problem}");
        assert!(told(&error, &home).starts_with(&start), "{text}\n{}", told(&error, &home));
    }
}

#[test]
fn a_place_that_is_no_repository_is_named() {
    let home = Home::new();
    home.write(ETC, "[[registry]]\nprefix = 'r.example/a'\nlocation = 'm.example:5000'");
    let error = home.profile("r.example/a").unwrap_err();
    assert_eq!(
        told(&error, &home),
        "registry configuration HOME/etc/registries.conf cannot be used: \
         \"m.example:5000\" is not a repository of a registry"
    );
    assert_eq!(endpoints(&home, "r.example/a/b")[0], "https m.example:5000/b");
}

#[test]
fn entries_for_one_tag_are_passed_over() {
    let home = Home::new();
    home.write(ETC, "[[registry]]\nprefix = 'r.example/a:1'\nlocation = 'm.example/a'\nblocked = true");
    assert_eq!(endpoints(&home, "r.example/a"), ["https r.example/a"]);
}

#[test]
fn drop_ins_are_read_by_name() {
    let home = Home::new();
    for number in [3, 7, 0, 5, 1, 6, 2, 4] {
        // Each entry is in two files: the later of them counts.
        let entry =
            |host: i32| format!("[[registry]]\nprefix = 'h{host}.example'\nlocation = 'in{number}.test'\n");
        home.write(&format!("etc/registries.conf.d/{number}.conf"), &(entry(number) + &entry(number + 1)));
    }
    for number in 1..8 {
        let first = endpoints(&home, &format!("h{number}.example/a"))[0].clone();
        assert_eq!(first, format!("https in{number}.test/a"));
    }
}

#[test]
fn of_two_entries_for_one_prefix_the_last_counts() {
    let home = Home::new();
    let entry = |to: &str| format!("[[registry]]\nprefix = 'r.example'\nlocation = '{to}'\n");
    home.write(ETC, &(entry("one.test") + &entry("two.test")));
    assert_eq!(endpoints(&home, "r.example/a"), ["https two.test/a", "https r.example/a nothing"]);
}
