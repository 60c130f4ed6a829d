//! When something is done, by the clock.

use std::fmt;
use std::str::FromStr;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Period, setting_text};

/// A cron line: five fields (`*/15 * * * *`), a word (`@hourly`) or a distance (`@every 1h30m`), with the time zone in
/// front if it is not that of the system (`TZ=Europe/Berlin 0 3 * * *`, also `CRON_TZ=`). Kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schedule(String);
setting_text!(Schedule);

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The five fields or the word.
    #[error(
        "`{text}` is not a schedule: {detail} (five fields as in cron, `@hourly`, `@every 1h`, `TZ=ZONE` in front)"
    )]
    Pattern {
        /// What was written.
        text: String,
        /// What is wrong with it.
        detail: String,
    },
    /// There is no such time.
    #[error("`{0}` is never")]
    Never(String),
    /// The time zone.
    #[error("`{0}` names no time zone (written `TZ=Europe/Berlin 0 3 * * *`)")]
    Zone(String),
}

impl Schedule {
    /// The name of the time zone, if one was given.
    pub fn zone(&self) -> Option<&str> {
        split(&self.0).0
    }

    /// The five fields, or the word.
    pub fn pattern(&self) -> &str {
        split(&self.0).1
    }

    /// The distance, if the clock on the wall does not matter.
    pub fn every(&self) -> Option<Period> {
        every(self.pattern())?.parse().ok()
    }

    /// The first time after this one. `None` if there is none: no year has a 30 February.
    ///
    /// A time of day that the clocks skip is done when they have skipped it, one that they show twice the first time;
    /// what is done several times an hour or a day goes on through both.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        if let Some(every) = self.every() {
            return after.checked_add(every.duration()).ok();
        }
        let zone = match self.zone() {
            Some(name) => TimeZone::get(name).ok()?,
            None => TimeZone::system(),
        };
        let cron = parse(self.pattern()).ok()?;
        let next = cron.find_next_occurrence(&after.to_zoned(zone), false).ok()?;
        Some(next.timestamp())
    }
}

fn every(pattern: &str) -> Option<&str> {
    Some(pattern.strip_prefix("@every")?.trim())
}

fn parse(pattern: &str) -> Result<Cron, CronError> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(pattern)
}

fn split(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ=")) {
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
        let is_zone = |zone: &str| zone.bytes().all(letter) && TimeZone::get(zone).is_ok();
        if zone.is_some_and(|zone| !is_zone(zone)) {
            return Err(ScheduleError::Zone(text.to_owned()));
        }
        if let Some(period) = every(pattern) {
            return match period.parse::<Period>() {
                Ok(period) if !period.is_zero() => Ok(Self(text.to_owned())),
                Ok(_) => Err(ScheduleError::Never(text.to_owned())),
                Err(cause) => {
                    Err(ScheduleError::Pattern { text: text.to_owned(), detail: cause.to_string() })
                }
            };
        }
        match parse(pattern) {
            Ok(_) => {
                let schedule = Self(text.to_owned());
                let is_ever = schedule.next(Timestamp::UNIX_EPOCH).is_some();
                if is_ever { Ok(schedule) } else { Err(ScheduleError::Never(text.to_owned())) }
            }
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
        let schedule: Schedule = "CRON_TZ=Asia/Tokyo @every 1h30m".parse().unwrap();
        assert_eq!((schedule.zone(), schedule.every()), (Some("Asia/Tokyo"), "90m".parse().ok()));
        for text in ["0 0 30 2 *", "@every 0s"] {
            assert_eq!(text.parse::<Schedule>(), Err(ScheduleError::Never(text.to_owned())));
        }
        for text in [
            "",
            "hourly",
            "@every",
            "@every day",
            "* * * *",
            "* * * * * *",
            "61 * * * *",
            "@often",
            "TZ=Europe/Berlin",
        ] {
            assert!(matches!(text.parse::<Schedule>(), Err(ScheduleError::Pattern { .. })), "{text}");
        }
        for text in ["TZ= * * * * *", "TZ=a;b * * * * *", "TZ=Europe/Atlantis * * * * *"] {
            assert_eq!(text.parse::<Schedule>(), Err(ScheduleError::Zone(text.to_owned())));
        }
    }

    /// The next times after this one.
    fn next(schedule: &str, after: &str, count: usize) -> Vec<String> {
        let schedule: Schedule = schedule.parse().unwrap();
        let times = std::iter::successors(schedule.next(after.parse().unwrap()), |at| schedule.next(*at));
        times.take(count).map(|at| at.to_string()).collect()
    }

    #[test]
    fn the_next_times() {
        let after = "2026-11-23T10:07:00Z";
        let quarters = ["2026-11-23T10:15:00Z", "2026-11-23T10:30:00Z"];
        assert_eq!(next("TZ=UTC */15 * * * *", after, 2), quarters);
        assert_eq!(next("TZ=UTC @daily", after, 1), ["2026-11-24T00:00:00Z"]);
        assert_eq!(next("TZ=Asia/Tokyo 0 3 * * *", after, 1), ["2026-11-23T18:00:00Z"]);
        assert_eq!(next("@every 90m", after, 2), ["2026-11-23T11:37:00Z", "2026-11-23T13:07:00Z"]);
        assert_eq!(next("TZ=UTC 15 10 * * *", "2026-11-23T10:15:00Z", 1), ["2026-11-24T10:15:00Z"]);
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_when_they_have_skipped_it() {
        // From 01:00Z on it is 03:00.
        let night = next("TZ=Europe/Berlin 30 2 * * *", "2027-03-27T12:00:00Z", 2);
        assert_eq!(night, ["2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"]);
        let often = next("TZ=Europe/Berlin */30 * * * *", "2027-03-28T00:20:00Z", 3);
        assert_eq!(often, ["2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z", "2027-03-28T01:30:00Z"]);
    }

    #[test]
    fn a_time_that_the_clocks_show_twice_is_once_but_each_hour_has_its_own() {
        // 02:30 is at 00:30Z and at 01:30Z.
        let night = next("TZ=Europe/Berlin 30 2 * * *", "2026-10-24T12:00:00Z", 2);
        assert_eq!(night, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        let often = next("TZ=Europe/Berlin 0 * * * *", "2026-10-24T23:30:00Z", 3);
        assert_eq!(often, ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"]);
    }
}
