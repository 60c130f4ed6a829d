//! Patterns that a name must and must not match.

use super::LeftOut;
use crate::settings::{NameSettings, Pattern};

/// Patterns of which a name must match one, if there are any, and patterns of which it must match none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameRules {
    /// Of these one must match, if there are any.
    pub include: Vec<Pattern>,
    /// Of these none may match.
    pub exclude: Vec<Pattern>,
}

impl From<NameSettings> for NameRules {
    fn from(settings: NameSettings) -> Self {
        Self { include: settings.include, exclude: settings.exclude }
    }
}

impl NameRules {
    /// The pattern by which the name is included, if one was asked for; else why it is left out.
    pub(super) fn judge(&self, name: &str) -> Result<Option<Pattern>, LeftOut> {
        let included = self.include.iter().find(|pattern| pattern.fits(name));
        if included.is_none() && !self.include.is_empty() {
            return Err(LeftOut::NotIncluded(self.include.clone()));
        }
        match self.exclude.iter().find(|pattern| pattern.fits(name)) {
            Some(pattern) => Err(LeftOut::Excluded(pattern.clone())),
            None => Ok(included.cloned()),
        }
    }
}
