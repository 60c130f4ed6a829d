//! Patterns for names: regular expressions and globs.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use super::setting_text;

const GLOB: &str = "glob:";

/// A pattern for tags or repositories: a regular expression that is searched for in the name (`^1[23]` is
/// anchored, `slim` is not), or `glob:1.*`, which stands for the whole name. In a glob `*` and `?` stop at a
/// `/`, `**` does not.
#[derive(Clone)]
pub struct Pattern {
    text: String,
    matcher: Matcher,
}
setting_text!(Pattern);

#[derive(Clone)]
enum Matcher {
    Regex(Regex),
    Glob(GlobMatcher),
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A regular expression that cannot be read, or would be too large.
    #[error("`{text}` is not a regular expression: {detail}{}", if *.like_glob { " (a glob is written `glob:…`)" } else { "" })]
    Regex {
        /// What was written.
        text: String,
        /// What is wrong with it.
        detail: String,
        /// Whether it looks as if a glob was meant.
        like_glob: bool,
    },
    /// A glob that cannot be read.
    #[error("`{text}` is not a glob: {detail}")]
    Glob {
        /// What was written.
        text: String,
        /// What is wrong with it.
        detail: String,
    },
}

impl Pattern {
    /// Whether the pattern fits the name.
    pub fn fits(&self, name: &str) -> bool {
        match &self.matcher {
            Matcher::Regex(regex) => regex.is_match(name),
            Matcher::Glob(glob) => glob.is_match(name),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let matcher = match text.strip_prefix(GLOB) {
            Some(glob) => Matcher::Glob(
                GlobBuilder::new(glob)
                    .literal_separator(true)
                    .build()
                    .map_err(|cause| PatternError::Glob {
                        text: text.to_owned(),
                        detail: cause.kind().to_string(),
                    })?
                    .compile_matcher(),
            ),
            None => Matcher::Regex(Regex::new(text).map_err(|cause| PatternError::Regex {
                text: text.to_owned(),
                detail: detail(&cause),
                like_glob: text.starts_with(['*', '?']),
            })?),
        };
        Ok(Self { text: text.to_owned(), matcher })
    }
}

/// What is wrong, on one line: the library draws a picture of it.
fn detail(cause: &regex::Error) -> String {
    let said = cause.to_string();
    let last = said.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}
