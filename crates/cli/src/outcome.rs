//! How the program ends.

use std::process::ExitCode;

/// How a command ended, as its exit code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// Failed; `diff`: the two differ.
    Failed,
    /// The command line is wrong.
    Usage,
    /// The configuration, or a file that it names, is wrong.
    Configuration,
    /// Some of several things failed.
    Partial,
    /// The registry wants another login, or refuses.
    NotAuthorised,
    /// What was named is not there.
    NotFound,
    /// Ended by Ctrl-C or a signal; the same command resumes.
    Interrupted,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Partial => 4,
            Self::NotAuthorised => 5,
            Self::NotFound => 6,
            Self::Interrupted => 130,
        }
    }

    /// The word for it in front of an error; none where "error" says all.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Self::Done | Self::Failed => None,
            Self::Usage => Some("usage"),
            Self::Configuration => Some("configuration"),
            Self::Partial => Some("in part"),
            Self::NotAuthorised => Some("not authorised"),
            Self::NotFound => Some("not found"),
            Self::Interrupted => Some("interrupted"),
        }
    }

    /// What several of them make together: what they agree on; done in part if only some are done.
    pub(crate) fn of_all(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let mut outcomes = outcomes.into_iter();
        let Some(first) = outcomes.next() else { return Self::Done };
        outcomes.fold(first, |all, one| match (all, one) {
            (all, one) if all == one => all,
            (Self::Interrupted, _) | (_, Self::Interrupted) => Self::Interrupted,
            (Self::Done | Self::Partial, _) | (_, Self::Done | Self::Partial) => Self::Partial,
            _ => Self::Failed,
        })
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Done, Failed, Interrupted, NotAuthorised, NotFound, Partial};
    use super::*;

    #[test]
    fn several_outcomes_make_one() {
        assert_eq!(Outcome::of_all([]), Done);
        assert_eq!(Outcome::of_all([Done, Done]), Done);
        assert_eq!(Outcome::of_all([NotFound, NotFound]), NotFound);
        assert_eq!(Outcome::of_all([NotFound, NotAuthorised]), Failed);
        assert_eq!(Outcome::of_all([NotFound, NotAuthorised, Done]), Partial);
        assert_eq!(Outcome::of_all([Done, NotFound]), Partial);
        assert_eq!(Outcome::of_all([Done, Interrupted, NotFound]), Interrupted);
    }
}
