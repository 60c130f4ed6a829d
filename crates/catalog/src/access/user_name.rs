//! The name of a user.

use std::fmt;
use std::str::FromStr;

/// The name of a user: up to 128 visible characters without a colon (which ends a name in a login) or spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserName(String);

/// A text that is no name of a user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name for a user: up to 128 visible characters, without colons and spaces")]
pub struct UserNameError(String);

/// Characters of the longest name.
const LONGEST: usize = 128;

impl UserName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, UserNameError> {
        let fits =
            |character: char| !character.is_control() && !character.is_whitespace() && character != ':';
        if text.is_empty() || text.chars().count() > LONGEST || !text.chars().all(fits) {
            return Err(UserNameError(text.chars().take(LONGEST).collect()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_login_can_carry_is_no_name() {
        for good in ["anna", "build-bot@ci", "änne", "a".repeat(128).as_str()] {
            assert_eq!(good.parse::<UserName>().unwrap().as_str(), good);
        }
        for wrong in ["", "a:b", "a b", "a\n", "\u{0}", "a".repeat(129).as_str()] {
            assert!(wrong.parse::<UserName>().is_err(), "{wrong:?}");
        }
    }
}
