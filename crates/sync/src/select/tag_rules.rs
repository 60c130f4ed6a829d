//! Which tags of a repository are taken.

use std::time::Duration;

use jiff::Timestamp;
use portolan_oci::Tag;

use super::{LeftOut, MirrorFault, NameRules, Reason, TagVersion, Taken, is_belonging, latest};
use crate::settings::{LatestBy, LatestRule, LatestSettings, Period, TagSets, TagSettings, VersionRange};

/// What is known about a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFact {
    /// The tag.
    pub tag: Tag,
    /// When it was first seen with the digest that it has now; nothing if never before.
    pub first_seen: Option<Timestamp>,
    /// When its image was made, if that is known.
    pub created: Option<Timestamp>,
}

impl TagFact {
    /// A tag of which nothing else is known.
    pub fn new(tag: Tag) -> Self {
        Self { tag, first_seen: None, created: None }
    }
}

/// What is decided about a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagVerdict {
    /// The tag.
    pub tag: Tag,
    /// Whether it is taken, and why.
    pub reason: Reason,
}

impl TagVerdict {
    /// Whether the tag is taken.
    pub fn is_in(&self) -> bool {
        self.reason.is_in()
    }
}

/// Which tags of a repository are taken. The rules hold in this order, and the first that a tag does not pass
/// is the reason why it is left out: tags that are no images, `include`, `exclude`, `semver`, `min_age`,
/// `latest`. So `latest` counts only what all the others leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagRules {
    names: NameRules,
    semver: Option<VersionRange>,
    min_age: Option<Period>,
    latest: Option<LatestRule>,
}

impl TagRules {
    /// The rules of settings, with those of the tag set that they use.
    ///
    /// # Errors
    /// If there is no such set, or if that one uses another.
    pub fn new(settings: &TagSettings, sets: &TagSets) -> Result<Self, MirrorFault> {
        let of_set = match &settings.set {
            Some(name) => sets.get(name).ok_or_else(|| MirrorFault::UnknownTagSet {
                name: name.clone(),
                known: sets.keys().cloned().collect(),
            })?,
            None => &TagSettings::default(),
        };
        if of_set.set.is_some() {
            return Err(MirrorFault::NestedTagSet);
        }
        let include = settings.include.as_ref().or(of_set.include.as_ref());
        let exclude = settings.exclude.as_ref().or(of_set.exclude.as_ref());
        Ok(Self {
            names: NameRules {
                include: include.cloned().unwrap_or_default(),
                exclude: exclude.cloned().unwrap_or_default(),
            },
            semver: settings.semver.as_ref().or(of_set.semver.as_ref()).cloned(),
            min_age: settings.min_age.or(of_set.min_age).filter(|age| !age.is_zero()),
            latest: settings.latest.as_ref().or(of_set.latest.as_ref()).map(LatestSettings::rule),
        })
    }

    /// Whether the verdicts depend on when tags were first seen.
    pub fn wants_first_seen(&self) -> bool {
        self.min_age.is_some()
    }

    /// The tags whose verdict depends on when their image was made: only for these need it be found out.
    pub fn wants_created<'f>(&self, tags: &'f [TagFact], now: Timestamp) -> Vec<&'f Tag> {
        let by_date = self.latest.is_some_and(|latest| latest.by == LatestBy::Date);
        let wanted = tags.iter().filter(|fact| by_date && self.sieve(fact, now).is_ok());
        wanted.map(|fact| &fact.tag).collect()
    }

    /// A verdict on each tag, in the order given. `now` is what ages are measured from.
    pub fn select(&self, tags: &[TagFact], now: Timestamp) -> Vec<TagVerdict> {
        let sieved: Vec<Result<Taken, LeftOut>> = tags.iter().map(|fact| self.sieve(fact, now)).collect();
        let left: Vec<&TagFact> =
            tags.iter().zip(&sieved).filter(|(_, outcome)| outcome.is_ok()).map(|(fact, _)| fact).collect();
        let mut ranks = self.latest.map(|rule| latest::rank(&rule, &left).into_iter());
        let verdict = |(fact, outcome): (&TagFact, Result<Taken, LeftOut>)| {
            // One rank for each tag that is left, in the same order.
            let outcome = outcome.and_then(|taken| match ranks.as_mut().and_then(Iterator::next) {
                None => Ok(taken),
                Some(Err(left_out)) => Err(left_out),
                Some(Ok(rank)) if rank.place <= rank.kept as usize => Ok(Taken { rank: Some(rank), ..taken }),
                Some(Ok(rank)) => Err(LeftOut::Older(rank)),
            });
            TagVerdict { tag: fact.tag.clone(), reason: outcome.into() }
        };
        tags.iter().zip(sieved).map(verdict).collect()
    }

    /// All rules that look at a tag alone.
    fn sieve(&self, fact: &TagFact, now: Timestamp) -> Result<Taken, LeftOut> {
        if is_belonging(&fact.tag) {
            return Err(LeftOut::Belonging);
        }
        let include = self.names.judge(fact.tag.as_str())?;
        if let Some(range) = &self.semver {
            let version = TagVersion::of(&fact.tag).ok_or_else(|| LeftOut::NoVersion(range.clone()))?;
            let version = version.semantic();
            if !range.has(&version) {
                return Err(LeftOut::NotInRange { version, range: range.clone() });
            }
        }
        if let Some(least) = self.min_age {
            let first_seen = fact.first_seen.ok_or(LeftOut::NeverSeen { least })?;
            // One that lies ahead is the work of another clock, and no age.
            let age = Duration::try_from(now.duration_since(first_seen)).unwrap_or_default();
            if age < least.duration() {
                return Err(LeftOut::TooYoung { age: Period::roughly(age), least });
            }
        }
        Ok(Taken { include, semver: self.semver.clone(), rank: None })
    }
}
