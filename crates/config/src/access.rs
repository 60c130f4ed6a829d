//! Who may do what at the daemon.

use std::borrow::Cow;
use std::fmt;

use portolan_catalog::{Action, Actions, Grant, Grants, RepositoryPattern};
use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Who may do what at the daemon. With this section everybody has to log in (`portolan user`, `portolan token`), but
/// for what is allowed here without; `access: {}` allows nothing. Without the section nobody is asked, and only this
/// machine is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// What may be done without a login: `[pull]` for that in all repositories, or rules for some.
    pub anonymous: Vec<AnonymousRule>,
}

/// What may be done without a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum AnonymousRule {
    /// This, in all repositories.
    Everywhere(ActionWord),
    /// These, in some.
    Somewhere(RepositoryRule),
}

/// What may be done in some repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepositoryRule {
    /// Which: globs, in which `*` stops at a slash and `**` does not.
    #[schemars(with = "Vec<String>")]
    pub repositories: Vec<PatternText>,
    /// What.
    #[serde(default = "pull")]
    #[schemars(extend("default" = ["pull"]))]
    pub actions: Vec<ActionWord>,
}

/// What can be done in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionWord {
    /// Reading manifests, blobs and lists.
    Pull,
    /// Putting content and moving tags.
    Push,
    /// Deleting.
    Delete,
}

/// A glob for repositories, as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternText(RepositoryPattern);

impl AccessSettings {
    /// What may be done without a login.
    pub fn anonymous(&self) -> Grants {
        Grants::new(self.anonymous.iter().flat_map(AnonymousRule::grants).collect())
    }
}

impl AnonymousRule {
    fn grants(&self) -> Vec<Grant> {
        let (patterns, actions) = match self {
            Self::Everywhere(action) => (vec![RepositoryPattern::all()], vec![*action]),
            Self::Somewhere(RepositoryRule { repositories, actions }) => {
                (repositories.iter().map(|text| text.0.clone()).collect(), actions.clone())
            }
        };
        let Some(actions) = Actions::of(actions.into_iter().map(Action::from)) else { return Vec::new() };
        patterns.into_iter().map(|pattern| Grant { pattern, actions }).collect()
    }
}

impl From<ActionWord> for Action {
    fn from(word: ActionWord) -> Self {
        match word {
            ActionWord::Pull => Self::Pull,
            ActionWord::Push => Self::Push,
            ActionWord::Delete => Self::Delete,
        }
    }
}

fn pull() -> Vec<ActionWord> {
    vec![ActionWord::Pull]
}

impl Serialize for PatternText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PatternText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

/// By hand, so that what is wrong inside is told as it is.
impl<'de> Deserialize<'de> for AnonymousRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = AnonymousRule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an action or a map")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<AnonymousRule, E> {
                ActionWord::deserialize(StrDeserializer::new(word)).map(AnonymousRule::Everywhere)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AnonymousRule, A::Error> {
                RepositoryRule::deserialize(MapAccessDeserializer::new(map)).map(AnonymousRule::Somewhere)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
