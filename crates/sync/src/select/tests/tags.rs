use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::select::{LeftOut, MirrorFault, Reason, TagFact, TagRules, is_belonging};
use crate::settings::{TagSets, TagSettings};

const DAY: i64 = 86_400;
const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn settings(json: &str) -> TagSettings {
    serde_json::from_str(json).unwrap()
}

fn rules(json: &str) -> TagRules {
    TagRules::new(&settings(json), &TagSets::new()).unwrap()
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn days_ago(days: i64) -> Option<Timestamp> {
    Some(now() - SignedDuration::from_secs(days * DAY))
}

fn fact(tag: &str) -> TagFact {
    TagFact::new(tag.parse().unwrap())
}

/// One line a tag: the tag and the reason.
fn verdicts(rules: &TagRules, facts: &[TagFact]) -> String {
    let line = |verdict: crate::select::TagVerdict| format!("{} {}\n", verdict.tag, verdict.reason);
    rules.select(facts, now()).into_iter().map(line).collect()
}

fn of(json: &str, tags: &[&str]) -> String {
    verdicts(&rules(json), &tags.iter().map(|tag| fact(tag)).collect::<Vec<_>>())
}

#[test]
fn without_rules_all_images_are_taken() {
    let belongings = [format!("sha256-{HEX}"), format!("sha256-{HEX}.sig"), format!("sha512-{HEX}")];
    for tag in &belongings {
        assert!(is_belonging(&tag.parse().unwrap()), "{tag}");
    }
    for tag in ["sha256-abc", "sha256", &format!("md5-{HEX}"), &format!("sha256-{HEX}-x"), "latest"] {
        assert!(!is_belonging(&tag.parse().unwrap()), "{tag}");
    }
    assert_eq!(
        of("{}", &["latest", &belongings[1]]),
        format!(
            "latest taken: no rule leaves it out\n{} left out: it holds what belongs to another image, and travels with that\n",
            belongings[1]
        )
    );
}

#[test]
fn patterns() {
    assert_eq!(
        of(
            r#"{"include": ["^1[23]", "glob:old-*"], "exclude": ["-slim$"]}"#,
            &["12.5", "13-slim", "11", "old-1", "gold-1"]
        ),
        "12.5 taken: matches include `^1[23]`\n\
         13-slim left out: matches exclude `-slim$`\n\
         11 left out: matches no include (`^1[23]`, `glob:old-*`)\n\
         old-1 taken: matches include `glob:old-*`\n\
         gold-1 left out: matches no include (`^1[23]`, `glob:old-*`)\n"
    );
}

#[test]
fn ranges_of_versions() {
    assert_eq!(
        of(r#"{"semver": ">=12"}"#, &["12", "v12.1-alpine", "11.9", "13.0-rc1", "bookworm"]),
        "12 taken: its version is in `>=12`\n\
         v12.1-alpine taken: its version is in `>=12`\n\
         11.9 left out: 11.9.0 is not in semver `>=12`\n\
         13.0-rc1 left out: 13.0.0-rc.1 is not in semver `>=12`\n\
         bookworm left out: not a version, and semver is `>=12`\n"
    );
}

#[test]
fn ages() {
    let seen = |tag: &str, first_seen| TagFact { first_seen, ..fact(tag) };
    let facts = [
        seen("old", days_ago(3)),
        seen("new", days_ago(1)),
        seen("ahead", days_ago(-5)),
        seen("unseen", None),
    ];
    assert_eq!(
        verdicts(&rules(r#"{"min_age": "3d"}"#), &facts),
        "old taken: no rule leaves it out\n\
         new left out: first seen 1 d ago, min_age is 3 d\n\
         ahead left out: first seen 0 s ago, min_age is 3 d\n\
         unseen left out: never seen before, min_age is 3 d\n"
    );
}

#[test]
fn the_latest_versions() {
    assert_eq!(
        of(r#"{"latest": 2}"#, &["1.9", "1.10", "v1.10.0", "1.8", "2.0-slim", "latest"]),
        "1.9 taken: 2nd newest, the latest 2 are kept\n\
         1.10 taken: newest, the latest 2 are kept\n\
         v1.10.0 taken: newest, the latest 2 are kept\n\
         1.8 left out: 3rd newest, only the latest 2 are kept\n\
         2.0-slim taken: newest of series *-slim, the latest 2 are kept\n\
         latest left out: not a version, and latest goes by version\n"
    );
    assert_eq!(
        of(r#"{"latest": {"count": 1, "per": "major"}}"#, &["12.1", "12.2", "11.4", "12.1-slim"]),
        "12.1 left out: 2nd newest of series 12.x, only the latest 1 are kept\n\
         12.2 taken: newest of series 12.x, the latest 1 are kept\n\
         11.4 taken: newest of series 11.x, the latest 1 are kept\n\
         12.1-slim taken: newest of series 12.x-slim, the latest 1 are kept\n"
    );
    assert_eq!(
        of(r#"{"latest": {"count": 1, "per": "minor"}}"#, &["1.2.3", "1.2.4", "1.3"]),
        "1.2.3 left out: 2nd newest of series 1.2.x, only the latest 1 are kept\n\
         1.2.4 taken: newest of series 1.2.x, the latest 1 are kept\n\
         1.3 taken: newest of series 1.3.x, the latest 1 are kept\n"
    );
}

#[test]
fn the_latest_by_date() {
    let made = |tag: &str, created| TagFact { created, ..fact(tag) };
    let facts = [
        made("main-aa", days_ago(3)),
        made("main-bb", days_ago(1)),
        made("main-cc", days_ago(2)),
        made("main-dd", None),
        made("skip", days_ago(0)),
    ];
    let rules = rules(r#"{"exclude": ["skip"], "latest": {"count": 2, "by": "date"}}"#);
    assert_eq!(
        verdicts(&rules, &facts),
        "main-aa left out: 3rd newest, only the latest 2 are kept\n\
         main-bb taken: newest, the latest 2 are kept\n\
         main-cc taken: 2nd newest, the latest 2 are kept\n\
         main-dd left out: its date is not known, and latest goes by date\n\
         skip left out: matches exclude `skip`\n"
    );
    let wanted: Vec<_> = rules.wants_created(&facts, now()).into_iter().map(ToString::to_string).collect();
    assert_eq!(wanted, ["main-aa", "main-bb", "main-cc", "main-dd"]);
}

#[test]
fn latest_counts_what_the_other_rules_leave() {
    let seen = |tag: &str, days| TagFact { first_seen: days_ago(days), ..fact(tag) };
    let facts = [seen("1.0", 9), seen("1.1", 9), seen("1.2", 1), seen("1.3-rc1", 9)];
    assert_eq!(
        verdicts(&rules(r#"{"exclude": ["-rc"], "min_age": "3d", "latest": 1}"#), &facts),
        "1.0 left out: 2nd newest, only the latest 1 are kept\n\
         1.1 taken: newest, the latest 1 are kept\n\
         1.2 left out: first seen 1 d ago, min_age is 3 d\n\
         1.3-rc1 left out: matches exclude `-rc`\n"
    );
}

#[test]
fn tag_sets() {
    let sets: TagSets = [
        ("releases".to_owned(), settings(r#"{"semver": ">=12", "latest": 3}"#)),
        ("nested".to_owned(), settings(r#"{"use": "releases"}"#)),
    ]
    .into_iter()
    .collect();
    let own =
        TagRules::new(&settings(r#"{"use": "releases", "latest": 1, "exclude": ["rc"]}"#), &sets).unwrap();
    assert_eq!(own, rules(r#"{"semver": ">=12", "latest": 1, "exclude": ["rc"]}"#));
    let missing = TagRules::new(&settings(r#"{"use": "relaeses"}"#), &sets).unwrap_err();
    assert_eq!(missing.to_string(), "there is no tag set `relaeses` (known: `nested`, `releases`)");
    assert_eq!(TagRules::new(&settings(r#"{"use": "nested"}"#), &sets), Err(MirrorFault::NestedTagSet));
}

fn any_fact() -> impl Strategy<Value = TagFact> {
    let tag = prop_oneof![
        "v?[0-3](\\.[0-3]){0,2}(-rc[1-3])?(-slim|-alpine)?",
        "[a-z][a-z0-9.-]{0,8}",
        Just(format!("sha256-{HEX}")),
    ];
    let time =
        || proptest::option::of((0i64..20).prop_map(|days| now() - SignedDuration::from_secs(days * DAY)));
    (tag, time(), time()).prop_map(|(tag, first_seen, created)| TagFact {
        tag: tag.parse().unwrap(),
        first_seen,
        created,
    })
}

fn any_rules() -> impl Strategy<Value = String> {
    let one = |texts: &'static [&'static str]| proptest::sample::select(texts);
    (
        one(&["", r#","include":["1"]"#]),
        one(&["", r#","exclude":["-slim$","glob:*rc*"]"#]),
        one(&["", r#","semver":">=1""#]),
        one(&[
            "",
            r#","latest":2"#,
            r#","latest":{"count":1,"per":"major"}"#,
            r#","latest":{"count":2,"by":"date"}"#,
        ]),
    )
        .prop_map(|(include, exclude, semver, latest)| {
            format!(r#"{{"min_age":"2d"{include}{exclude}{semver}{latest}}}"#)
        })
}

proptest! {
    #[test]
    fn every_tag_gets_its_verdict_wherever_it_stands(
        mut facts in proptest::collection::vec(any_fact(), 0..30),
        rules_text in any_rules(),
    ) {
        facts.sort_by(|one, two| one.tag.cmp(&two.tag));
        facts.dedup_by(|one, two| one.tag == two.tag);
        let rules = rules(&rules_text);
        let verdicts = rules.select(&facts, now());
        prop_assert!(facts.iter().map(|fact| &fact.tag).eq(verdicts.iter().map(|verdict| &verdict.tag)));
        prop_assert!(verdicts.iter().all(|verdict| !(verdict.is_in() && is_belonging(&verdict.tag))));
        facts.reverse();
        let mut backwards = rules.select(&facts, now());
        backwards.reverse();
        prop_assert_eq!(verdicts, backwards);
    }

    #[test]
    fn never_more_places_than_asked_for_and_none_is_skipped(
        facts in proptest::collection::vec(any_fact(), 0..30),
        count in 1u32..5,
    ) {
        let rules = rules(&format!(r#"{{"latest":{{"count":{count},"per":"major"}}}}"#));
        for verdict in rules.select(&facts, now()) {
            match verdict.reason {
                Reason::In(taken) => prop_assert!(taken.rank.is_some_and(|rank| rank.place <= count as usize)),
                Reason::Out(LeftOut::Older(rank)) => prop_assert!(rank.place > count as usize),
                Reason::Out(_) => {}
            }
        }
    }

    #[test]
    fn a_rule_more_takes_no_tag_more_unless_it_counts(facts in proptest::collection::vec(any_fact(), 0..30)) {
        let less = rules(r#"{"include":["1"]}"#).select(&facts, now());
        let more = rules(r#"{"include":["1"],"exclude":["slim"],"semver":">=1","min_age":"3d"}"#).select(&facts, now());
        for (less, more) in less.iter().zip(&more) {
            prop_assert!(less.is_in() || !more.is_in());
        }
    }
}
