//! Why something changed, and who changed it.

use crate::CatalogError;

/// Why something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeCause {
    /// Somebody pushed it.
    Push,
    /// A mirror brought it.
    Sync,
    /// Somebody deleted it.
    Delete,
    /// Somebody went back to what was.
    Rollback,
    /// It was garbage.
    Collection,
    /// It was read back from the store after the database was lost.
    Rebuild,
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is none")]
struct NoCause(String);

impl ChangeCause {
    /// As it lies in columns and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Sync => "sync",
            Self::Delete => "delete",
            Self::Rollback => "rollback",
            Self::Collection => "gc",
            Self::Rebuild => "rebuild",
        }
    }

    /// The one of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Push, Self::Sync, Self::Delete, Self::Rollback, Self::Collection, Self::Rebuild]
            .into_iter()
            .find(|cause| cause.name() == name)
    }

    pub(crate) fn read(name: &str) -> Result<Self, CatalogError> {
        Self::named(name).ok_or_else(|| CatalogError::damaged("cause", NoCause(name.to_owned())))
    }
}

/// Why something changed, who changed it, and through which node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Why.
    pub cause: ChangeCause,
    actor: String,
    node: String,
}

/// Characters that are kept of an actor.
const ACTOR: usize = 255;
/// Characters that are kept of a node.
const NODE: usize = 64;

impl By {
    /// By this user or mirror. Of a name that is too long the first 255 characters are kept.
    pub fn new(cause: ChangeCause, actor: impl Into<String>) -> Self {
        Self { cause, actor: cut(actor.into(), ACTOR), node: String::new() }
    }

    /// The same, through this node, of whose name the first 64 characters are kept.
    #[must_use]
    pub fn through(self, node: impl Into<String>) -> Self {
        Self { node: cut(node.into(), NODE), ..self }
    }

    /// Who.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Through which node; empty if that was not said.
    pub fn node(&self) -> &str {
        &self.node
    }
}

/// Also without the character that no database's text has in common.
fn cut(text: String, characters: usize) -> String {
    if text.chars().count() <= characters && !text.contains('\0') {
        return text;
    }
    text.chars().filter(|character| *character != '\0').take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_column_takes_are_cut() {
        let by = By::new(ChangeCause::Push, "ä".repeat(300)).through("no\0de");
        assert_eq!((by.actor(), by.node()), ("ä".repeat(255).as_str(), "node"));
        assert_eq!(By::new(ChangeCause::Push, "anna").actor(), "anna");
    }
}
