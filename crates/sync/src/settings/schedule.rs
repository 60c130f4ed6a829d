//! When something is done, by the clock.

use std::fmt;
use std::str::FromStr;

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};

use super::setting_text;

/// A cron line: five fields (`*/15 * * * *`) or a word (`@hourly`), with the time zone in front if it is not
/// that of the system (`TZ=Europe/Berlin 0 3 * * *`). Kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schedule(String);
setting_text!(Schedule);

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The five fields or the word.
    #[error(
        "`{text}` is not a schedule: {detail} (five fields as in cron, `@hourly`, or `TZ=ZONE` in front)"
    )]
    Pattern {
        /// What was written.
        text: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The time zone.
    #[error("`{0}` names no time zone (written `TZ=Europe/Berlin 0 3 * * *`)")]
    Zone(String),
}

impl Schedule {
    /// The name of the time zone, if one was given; whether the system knows it is seen when it is used.
    pub fn zone(&self) -> Option<&str> {
        split(&self.0).0
    }

    /// The five fields, or the word.
    pub fn pattern(&self) -> &str {
        split(&self.0).1
    }
}

fn split(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix("TZ=") {
        Some(rest) => {
            let (zone, pattern) = rest.split_once(' ').unwrap_or((rest, ""));
            (Some(zone), pattern.trim())
        }
        None => (None, text.trim()),
    }
}

/// What is wrong, as a part of a sentence.
fn detail(pattern: &str, cause: &CronError) -> String {
    if pattern.starts_with('@') {
        return "there is no such word".to_owned();
    }
    let said = cause.to_string();
    let said = said.rsplit_once(": ").map_or(said.as_str(), |(_, last)| last).trim_end_matches('.');
    let mut letters = said.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let (zone, pattern) = split(text);
        let letter = |b: u8| b.is_ascii_alphanumeric() || b"/_+-".contains(&b);
        if zone.is_some_and(|zone| zone.is_empty() || !zone.bytes().all(letter)) {
            return Err(ScheduleError::Zone(text.to_owned()));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        match parser.parse(pattern) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(cause) => {
                Err(ScheduleError::Pattern { text: text.to_owned(), detail: detail(pattern, &cause) })
            }
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        for text in ["*/15 * * * *", "0 3 * * MON-FRI", "@hourly", "@daily", "TZ=Europe/Berlin 0 3 * * *"] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        let schedule: Schedule = "TZ=Europe/Berlin 0 3 * * *".parse().unwrap();
        assert_eq!((schedule.zone(), schedule.pattern()), (Some("Europe/Berlin"), "0 3 * * *"));
        for text in ["", "hourly", "* * * *", "* * * * * *", "61 * * * *", "@often", "TZ=Europe/Berlin"] {
            assert!(matches!(text.parse::<Schedule>(), Err(ScheduleError::Pattern { .. })), "{text}");
        }
        for text in ["TZ= * * * * *", "TZ=a;b * * * * *"] {
            assert_eq!(text.parse::<Schedule>(), Err(ScheduleError::Zone(text.to_owned())));
        }
    }
}
