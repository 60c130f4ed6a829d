//! Which tags go, and which stay: examples, and what always holds.

use std::collections::{BTreeMap, BTreeSet};

use portolan_oci::{Digest, Tag};
use proptest::prelude::*;

use super::decide::{Carried, Deletes, Facts, decide, most};
use super::survey::Named;
use super::{Fate, Kept};
use crate::settings::Share;

fn digest(name: &str) -> Digest {
    Digest::sha256(name.as_bytes())
}

fn tag(name: &str) -> Tag {
    name.parse().unwrap()
}

/// A tag that names a manifest.
fn named(name: &str, manifest: &str) -> (Tag, Named) {
    (tag(name), Named { digest: digest(manifest), children: Vec::new(), subject: None })
}

fn index(name: &str, manifest: &str, children: &[&str]) -> (Tag, Named) {
    let (tag, named) = named(name, manifest);
    (tag, Named { children: children.iter().map(|child| digest(child)).collect(), ..named })
}

fn referring(name: &str, manifest: &str, subject: &str) -> (Tag, Named) {
    let (tag, named) = named(name, manifest);
    (tag, Named { subject: Some(digest(subject)), ..named })
}

fn signature(of: &str) -> String {
    format!("{}.sig", digest(of).fallback_tag())
}

struct Case {
    deletes: Deletes,
    most: usize,
    named: BTreeMap<Tag, Named>,
    carried: Carried,
}

impl Case {
    fn new(deletes: Deletes, most: usize, named: impl IntoIterator<Item = (Tag, Named)>) -> Self {
        let named: BTreeMap<Tag, Named> = named.into_iter().collect();
        Self { deletes, most, carried: Carried::new(named.keys().cloned()), named }
    }

    fn decide(&self, due: &[&str]) -> Vec<Fate> {
        let Self { deletes, most, named, carried } = self;
        let due: Vec<Tag> = due.iter().map(|name| tag(name)).collect();
        decide(&due, &Facts { deletes: *deletes, most: *most, named, carried })
    }
}

const GOES: Fate = Fate::Delete { along: Vec::new() };

#[test]
fn a_share_or_three_and_never_all() {
    let most = |tags| most(Share::TENTH, tags);
    assert_eq!([0, 1, 2, 3, 4, 5, 30, 31, 40, 1_000].map(most), [0, 0, 1, 2, 3, 3, 3, 3, 4, 100]);
    assert_eq!(super::decide::most("100%".parse().unwrap(), 10), 9);
}

#[test]
fn what_was_condemned_first_goes_first_and_the_rest_is_held_back() {
    for deletes in [Deletes::Tags, Deletes::Manifests] {
        let tags = ["a", "b", "c", "d", "e"].map(|name| named(name, name));
        let case = Case::new(deletes, 3, tags);
        assert_eq!(case.decide(&["e", "d", "c", "b"]), [GOES, GOES, GOES, Fate::HoldBack]);
    }
}

#[test]
fn a_manifest_that_another_tag_names_stays_where_both_would_go() {
    let tags = [named("1.0", "x"), named("latest", "x"), named("2.0", "y")];
    let case = Case::new(Deletes::Manifests, 3, tags.clone());
    assert_eq!(case.decide(&["1.0", "2.0"]), [Fate::Keep(Kept::Shared(tag("latest"))), GOES]);
    assert_eq!(Case::new(Deletes::Tags, 3, tags).decide(&["1.0", "2.0"]), [GOES, GOES]);
}

#[test]
fn tags_of_one_manifest_go_together_or_not() {
    let tags = ["a", "b", "c"].map(|name| named(name, "x")).into_iter().chain([named("d", "y")]);
    let case = Case::new(Deletes::Manifests, 2, tags);
    assert_eq!(case.decide(&["a", "d", "b", "c"]), [Fate::HoldBack, GOES, Fate::HoldBack, Fate::HoldBack]);
}

#[test]
fn parts_and_subjects_of_what_stays_stay() {
    let tags =
        [named("amd64", "x"), index("all", "i", &["x"]), named("app", "y"), referring("sbom", "s", "y")];
    let case = Case::new(Deletes::Manifests, 3, tags.clone());
    let fates = case.decide(&["amd64", "app"]);
    assert_eq!(fates, [Fate::Keep(Kept::ChildOf(tag("all"))), Fate::Keep(Kept::SubjectOf(tag("sbom")))]);
    // With what needs them they go.
    assert_eq!(case.decide(&["amd64", "all", "sbom"]), [GOES, GOES, GOES]);
    // What needs them is held back: so are they kept.
    let case = Case::new(Deletes::Manifests, 1, tags);
    assert_eq!(case.decide(&["amd64", "all"]), [Fate::Keep(Kept::ChildOf(tag("all"))), Fate::HoldBack]);
}

#[test]
fn what_belongs_to_an_image_goes_with_its_last_tag() {
    let (of_x, of_part) = (signature("x"), signature("p"));
    let tags = [
        index("1.0", "x", &["p"]),
        index("1.0-alias", "x", &["p"]),
        index("2.0", "y", &["p", "q"]),
        referring(&of_x, "s", "x"),
        named(&of_part, "t"),
    ];
    for deletes in [Deletes::Tags, Deletes::Manifests] {
        let case = Case::new(deletes, 3, tags.clone());
        let fates = case.decide(&["1.0", "1.0-alias"]);
        // The part is one of another image, too.
        assert_eq!(fates, [Fate::Delete { along: vec![tag(&of_x)] }, GOES], "{deletes:?}");
    }
    let case = Case::new(Deletes::Tags, 3, tags.clone());
    assert_eq!(case.decide(&["1.0"]), [GOES]);
    // What was not carried is somebody else's, and refers to the image.
    let mut case = Case::new(Deletes::Manifests, 3, tags);
    case.carried = Carried::default();
    let kept = Fate::Keep(Kept::SubjectOf(tag(&of_x)));
    assert_eq!(case.decide(&["1.0", "1.0-alias"]), [kept.clone(), kept]);
}

/// A repository of tags `t0`, `t1`, … with few manifests between them, so that much is shared.
fn repository() -> impl Strategy<Value = BTreeMap<Tag, Named>> {
    let named = (0..12_u8, proptest::collection::vec(0..12_u8, 0..3), proptest::option::of(0..12_u8));
    proptest::collection::vec(named, 1..24).prop_map(|all| {
        let of = |number: u8| digest(&number.to_string());
        let mut contents: BTreeMap<u8, Named> = BTreeMap::new();
        let named = |(number, children, subject): (u8, Vec<u8>, Option<u8>)| {
            let children = children.into_iter().map(of).collect();
            // What a digest names is always the same.
            let named = Named { digest: of(number), children, subject: subject.map(of) };
            contents.entry(number).or_insert(named).clone()
        };
        let named: Vec<Named> = all.into_iter().map(named).collect();
        (0..).map(|nth: usize| tag(&format!("t{nth}"))).zip(named).collect()
    })
}

proptest! {
    #[test]
    fn nothing_that_stays_is_taken_away(
        named in repository(),
        unwanted in proptest::collection::vec(any::<bool>(), 24),
        share in 1_u8..=100,
        manifests in any::<bool>(),
    ) {
        let deletes = if manifests { Deletes::Manifests } else { Deletes::Tags };
        let most = most(format!("{share}%").parse().unwrap(), named.len());
        let due: Vec<Tag> = named.keys().zip(&unwanted).filter(|(_, is)| **is).map(|(tag, _)| tag.clone()).collect();
        let carried = Carried::default();
        let fates = decide(&due, &Facts { deletes, most, named: &named, carried: &carried });
        prop_assert_eq!(fates.len(), due.len());
        let gone: BTreeSet<&Tag> =
            due.iter().zip(&fates).filter(|(_, fate)| matches!(fate, Fate::Delete { .. })).map(|(tag, _)| tag).collect();
        // Never more than may go, and never all.
        prop_assert!(gone.len() <= most);
        prop_assert!(gone.len() < named.len());
        if deletes == Deletes::Manifests {
            let digests: BTreeSet<Digest> = gone.iter().map(|tag| named[*tag].digest).collect();
            for (tag, stays) in named.iter().filter(|(tag, _)| !gone.contains(tag)) {
                prop_assert!(!digests.contains(&stays.digest), "{} goes too", tag);
                prop_assert!(stays.children.iter().all(|child| !digests.contains(child)), "{} loses a part", tag);
                prop_assert!(stays.subject.is_none_or(|subject| !digests.contains(&subject)));
            }
        }
        // What can go goes, as far as it may.
        if deletes == Deletes::Tags {
            prop_assert_eq!(gone.len(), most.min(due.len()));
        }
    }
}
