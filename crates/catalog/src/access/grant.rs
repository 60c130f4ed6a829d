//! What somebody may do where.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobMatcher};
use portolan_oci::RepositoryName;

use super::{Action, Actions};

/// Names of repositories by a glob: `*` and `?` stop at a slash, `**` does not. `**` alone is all of them.
#[derive(Clone)]
pub struct RepositoryPattern {
    text: String,
    /// Nothing for all of them.
    matcher: Option<Matcher>,
}

/// A glob, made ready when a name is held against it: that takes long, and whoever lists grants holds none.
#[derive(Clone)]
struct Matcher {
    glob: Glob,
    ready: OnceLock<GlobMatcher>,
}

const ALL: &str = "**";

/// A text that is no pattern of repositories.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no pattern for repositories: {detail}")]
pub struct PatternError {
    text: String,
    detail: String,
}

/// Characters of the longest pattern.
const LONGEST: usize = 255;

impl RepositoryPattern {
    /// All repositories: `**`.
    pub fn all() -> Self {
        Self { text: ALL.to_owned(), matcher: None }
    }

    /// Whether the repository is one of them.
    pub fn fits(&self, repository: &RepositoryName) -> bool {
        self.matcher.as_ref().is_none_or(|matcher| matcher.is_match(repository))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for RepositoryPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == ALL {
            return Ok(Self::all());
        }
        let wrong = |detail: &str| PatternError { text: text.to_owned(), detail: detail.to_owned() };
        if text.is_empty() {
            return Err(wrong("it is empty; `**` is all repositories"));
        }
        if text.chars().count() > LONGEST {
            return Err(wrong("it is longer than 255 characters"));
        }
        if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
            return Err(wrong("no repository has a space in its name"));
        }
        let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(false).build();
        let glob = glob.map_err(|cause| wrong(&cause.kind().to_string()))?;
        Ok(Self { text: text.to_owned(), matcher: Some(Matcher { glob, ready: OnceLock::new() }) })
    }
}

impl Matcher {
    fn is_match(&self, repository: &RepositoryName) -> bool {
        self.ready.get_or_init(|| self.glob.compile_matcher()).is_match(repository.as_str())
    }
}

impl PartialEq for RepositoryPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RepositoryPattern {}

impl fmt::Debug for RepositoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl fmt::Display for RepositoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What somebody may do in some repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// In which.
    pub pattern: RepositoryPattern,
    /// What.
    pub actions: Actions,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pattern, self.actions)
    }
}

/// All that somebody may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(Vec<Grant>);

impl Grants {
    /// These. Of two with the same pattern both count.
    pub fn new(grants: Vec<Grant>) -> Self {
        Self(grants)
    }

    /// Whether one of them allows that there.
    pub fn allow(&self, action: Action, repository: &RepositoryName) -> bool {
        self.0.iter().any(|grant| grant.actions.contain(action) && grant.pattern.fits(repository))
    }

    /// Whether one of them allows it anywhere.
    pub fn allow_somewhere(&self, action: Action) -> bool {
        self.0.iter().any(|grant| grant.actions.contain(action))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other, by their patterns.
    pub fn iter(&self) -> std::slice::Iter<'_, Grant> {
        self.0.iter()
    }
}

impl<'g> IntoIterator for &'g Grants {
    type Item = &'g Grant;
    type IntoIter = std::slice::Iter<'g, Grant>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, name: &str) -> bool {
        pattern.parse::<RepositoryPattern>().unwrap().fits(&name.parse().unwrap())
    }

    #[test]
    fn a_star_stops_at_a_slash() {
        assert!(fits("team/*", "team/app"));
        assert!(!fits("team/*", "team/app/cache"));
        assert!(fits("team/**", "team/app/cache"));
        assert!(!fits("team/**", "team"));
        assert!(!fits("team/**", "teams/app"));
        assert!(fits("**", "any/thing/at-all"));
        assert!(fits("team/app", "team/app"));
        assert!(!fits("team/app", "team/app2"));
        assert!(fits("{team,other}/app", "other/app"));
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for wrong in ["", "team/[", "two words", "tab\t"] {
            assert!(wrong.parse::<RepositoryPattern>().is_err(), "{wrong}");
        }
        assert!("a".repeat(256).parse::<RepositoryPattern>().is_err());
    }

    #[test]
    fn only_what_is_granted_is_allowed() {
        let grant = |pattern: &str, actions: &str| Grant {
            pattern: pattern.parse().unwrap(),
            actions: actions.parse().unwrap(),
        };
        let grants = Grants::new(vec![grant("team/**", "pull,push"), grant("**", "pull")]);
        let (ours, theirs) = ("team/app".parse().unwrap(), "other/app".parse().unwrap());
        assert!(grants.allow(Action::Push, &ours) && !grants.allow(Action::Push, &theirs));
        assert!(grants.allow(Action::Pull, &theirs) && !grants.allow(Action::Delete, &ours));
        assert!(!grants.allow_somewhere(Action::Delete));
        assert!(!Grants::default().allow(Action::Pull, &ours));
    }
}
