//! The version in a tag.

use std::cmp::Ordering;

use portolan_oci::Tag;
use semver::{BuildMetadata, Prerelease, Version};

/// What marks a version before a release. The short ones count only with a number behind them, and `a` and
/// `b` only after a dotted version: else they are parts of other words.
const MARKS: &[(&str, &str, Number)] = &[
    ("alpha", "alpha", Number::MayFollow),
    ("beta", "beta", Number::MayFollow),
    ("milestone", "milestone", Number::MayFollow),
    ("nightly", "nightly", Number::MayFollow),
    ("preview", "preview", Number::MayFollow),
    ("pre", "pre", Number::MayFollow),
    ("rc", "rc", Number::MayFollow),
    ("snapshot", "snapshot", Number::MayFollow),
    ("dev", "dev", Number::MustFollow),
    ("a", "alpha", Number::MustFollow),
    ("b", "beta", Number::MustFollow),
];

/// Characters between the parts of a tag.
const BETWEEN: [char; 3] = ['-', '.', '_'];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    MayFollow,
    MustFollow,
}

/// The version in a tag such as `12`, `v1.2.3`, `1.2.3-rc.1`, `1.2.3-2-alpine`: numbers, perhaps a mark that it
/// comes before the release, perhaps a revision, and the rest, which is its flavour.
///
/// Ordered by numbers, mark and revision; the flavour does not count, nor do zeros at the end of the numbers.
#[derive(Debug, Clone)]
pub struct TagVersion {
    /// Without zeros at the end.
    numbers: Vec<u64>,
    mark: Option<(&'static str, u64)>,
    revision: Vec<u64>,
    flavour: String,
}

impl TagVersion {
    /// The version in a tag, if there is one.
    pub fn of(tag: &Tag) -> Option<Self> {
        let text = tag.as_str();
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (first, mut rest) = number(bare)?;
        let mut numbers = vec![first];
        while let Some((next, after)) = rest.strip_prefix('.').and_then(number) {
            numbers.push(next);
            rest = after;
        }
        let (mark, rest) = mark(rest, &numbers).map_or((None, rest), |(mark, rest)| (Some(mark), rest));
        let mut rest = rest;
        let mut revision = Vec::new();
        while let Some((next, after)) = rest.strip_prefix(BETWEEN).and_then(number)
            && (after.is_empty() || after.starts_with(BETWEEN))
        {
            revision.push(next);
            rest = after;
        }
        let flavour = if rest.is_empty() { rest } else { rest.strip_prefix(BETWEEN)? };
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self { numbers, mark, revision, flavour: flavour.to_owned() })
    }

    /// What stands behind the version (`alpine`, `slim-bookworm`); empty if nothing does.
    pub fn flavour(&self) -> &str {
        &self.flavour
    }

    /// The number at a place, the first being 0; what is not written is zero.
    pub(super) fn number(&self, place: usize) -> u64 {
        self.numbers.get(place).copied().unwrap_or_default()
    }

    /// As a semantic version, of the first three numbers: `12` is `12.0.0`. Revision and flavour do not count.
    pub fn semantic(&self) -> Version {
        let pre = self.mark.and_then(|(mark, number)| Prerelease::new(&format!("{mark}.{number}")).ok());
        Version {
            major: self.number(0),
            minor: self.number(1),
            patch: self.number(2),
            pre: pre.unwrap_or_default(),
            build: BuildMetadata::EMPTY,
        }
    }
}

/// A number at the beginning of a text, and what comes after it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// The mark at the beginning of what follows the numbers, and what comes after it.
fn mark<'t>(rest: &'t str, numbers: &[u64]) -> Option<((&'static str, u64), &'t str)> {
    let bare = rest.strip_prefix(BETWEEN).unwrap_or(rest);
    MARKS.iter().find_map(|(word, name, follows)| {
        let (begin, after) = bare.split_at_checked(word.len())?;
        if !begin.eq_ignore_ascii_case(word) || (word.len() == 1 && numbers.len() == 1) {
            return None;
        }
        let numbered = number(after.strip_prefix(BETWEEN).unwrap_or(after));
        let (count, after) = match (numbered, follows) {
            (Some(numbered), _) => numbered,
            (None, Number::MayFollow) => (0, after),
            (None, Number::MustFollow) => return None,
        };
        (after.is_empty() || after.starts_with(BETWEEN)).then_some(((*name, count), after))
    })
}

impl Ord for TagVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let mark = match (self.mark, other.mark) {
            (None, None) => Ordering::Equal,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(two)) => one.cmp(&two),
        };
        // A number more is a later version, as no zero is last.
        self.numbers.cmp(&other.numbers).then(mark).then_with(|| self.revision.cmp(&other.revision))
    }
}

impl PartialOrd for TagVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for TagVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for TagVersion {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> Option<TagVersion> {
        TagVersion::of(&text.parse().unwrap())
    }

    #[test]
    fn versions_in_order() {
        let ordered = [
            "0.9",
            "1.0.0-alpha",
            "1.0.0a2",
            "1.0.0-beta.1",
            "1.0.0-rc1",
            "1.0.0-rc.2",
            "v1",
            "1.0-1",
            "1.0.0_2-alpine",
            "1.0.0.1",
            "1.2",
            "1.2.3.4",
            "1.10",
            "12",
            "2024.01.05",
            "20240105",
        ];
        for pair in ordered.windows(2) {
            assert!(version(pair[0]).unwrap() < version(pair[1]).unwrap(), "{pair:?}");
        }
    }

    #[test]
    fn the_same_version() {
        for (one, two) in
            [("12", "12.0.0"), ("v1.2", "1.2.0"), ("1.2-alpine", "1.2-slim"), ("3.13.0rc1", "3.13-RC.1")]
        {
            assert_eq!(version(one), version(two), "{one} {two}");
        }
    }

    #[test]
    fn flavours() {
        for (tag, flavour) in [
            ("12", ""),
            ("1.2.3-alpine", "alpine"),
            ("1.2.3-alpine3.20", "alpine3.20"),
            ("3.13.0b2-slim-bookworm", "slim-bookworm"),
            ("1.2.3-4-alpine", "alpine"),
            ("1.2.3.Final", "Final"),
            ("1.2-dev", "dev"),
            ("1-preview2", ""),
            ("1-prefix", "prefix"),
        ] {
            assert_eq!(version(tag).unwrap().flavour(), flavour, "{tag}");
        }
    }

    #[test]
    fn tags_without_a_version() {
        for tag in ["latest", "bookworm", "vnext", "4e5f6a7", "1234b56", "8u292", "99999999999999999999"] {
            assert!(version(tag).is_none(), "{tag}");
        }
    }

    #[test]
    fn semantic_versions() {
        for (tag, semantic) in [("12", "12.0.0"), ("v1.2.3.4-alpine", "1.2.3"), ("2.0-rc1", "2.0.0-rc.1")] {
            assert_eq!(version(tag).unwrap().semantic().to_string(), semantic);
        }
    }

    proptest! {
        #[test]
        fn any_tag_is_parsed_or_not(tag in "[A-Za-z0-9_][A-Za-z0-9._-]{0,40}") {
            let _ = version(&tag);
        }

        #[test]
        fn numbers_order_as_numbers(one in proptest::collection::vec(0u64..20, 1..4), two in proptest::collection::vec(0u64..20, 1..4)) {
            let text = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
            let pad = |numbers: &[u64]| { let mut padded = numbers.to_vec(); padded.resize(4, 0); padded };
            let (a, b) = (version(&text(&one)).unwrap(), version(&text(&two)).unwrap());
            prop_assert_eq!(a.cmp(&b), pad(&one).cmp(&pad(&two)));
        }
    }
}
