//! What can be done in a repository.

use std::fmt;
use std::str::FromStr;

/// What can be done in a repository, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Reading manifests, blobs and lists.
    Pull,
    /// Putting content and moving tags.
    Push,
    /// Deleting.
    Delete,
}

/// Some actions, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Actions(u8);

/// A text that names no actions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// There is no such action.
    #[error("`{0}` is no action (they are `pull`, `push` and `delete`)")]
    Unknown(String),
    /// None is named.
    #[error("no action is named (they are `pull`, `push` and `delete`)")]
    None,
}

impl Action {
    const ALL: [Self; 3] = [Self::Pull, Self::Push, Self::Delete];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Pull => 1,
            Self::Push => 2,
            Self::Delete => 4,
        }
    }
}

impl FromStr for Action {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, ActionError> {
        let named = Self::ALL.into_iter().find(|action| action.name() == text);
        named.ok_or_else(|| ActionError::Unknown(text.to_owned()))
    }
}

impl Actions {
    /// These; `None` if there is none.
    pub fn of(actions: impl IntoIterator<Item = Action>) -> Option<Self> {
        let bits = actions.into_iter().fold(0, |bits, action| bits | action.bit());
        (bits != 0).then_some(Self(bits))
    }

    /// Whether it is one of them.
    pub fn contain(self, action: Action) -> bool {
        self.0 & action.bit() != 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = Action> {
        Action::ALL.into_iter().filter(move |action| self.contain(*action))
    }
}

/// Words with commas between them: `pull,push`.
impl fmt::Display for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, action) in self.iter().enumerate() {
            if number > 0 {
                f.write_str(",")?;
            }
            f.write_str(action.name())?;
        }
        Ok(())
    }
}

impl FromStr for Actions {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, ActionError> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        Self::of(words.map(str::parse).collect::<Result<Vec<_>, _>>()?).ok_or(ActionError::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_read_back_in_their_order() {
        let actions: Actions = "delete, pull".parse().unwrap();
        assert_eq!(actions.to_string(), "pull,delete");
        assert!(actions.contain(Action::Pull) && !actions.contain(Action::Push));
        assert_eq!("pull,write".parse::<Actions>(), Err(ActionError::Unknown("write".into())));
        assert_eq!(" ,".parse::<Actions>(), Err(ActionError::None));
    }
}
