//! Lengths of time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::setting_text;

/// The units, the largest first, with their seconds.
const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A length of time in whole seconds: `60s`, `1h30m`, `3d`, `2w`. A day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    seconds: u64,
}
setting_text!(Period);

/// Why a text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It is written otherwise.
    #[error("`{0}` is not a length of time (written `60s`, `15m`, `1h30m`, `3d`, `2w`)")]
    Malformed(String),
    /// It is longer than a hundred years.
    #[error("`{0}` is longer than a hundred years")]
    TooLong(String),
}

impl Period {
    const MOST: u64 = 100 * 366 * 86_400;

    /// So many days.
    pub const fn days(days: u32) -> Self {
        Self { seconds: days as u64 * 86_400 }
    }

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self { seconds: hours as u64 * 3_600 }
    }

    /// So many seconds.
    pub const fn seconds(seconds: u32) -> Self {
        Self { seconds: seconds as u64 }
    }

    /// As the standard library has it.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Whether it has no length.
    pub const fn is_zero(self) -> bool {
        self.seconds == 0
    }

    /// `duration` to the largest unit that is in it once: an age, for people.
    pub(crate) fn roughly(duration: Duration) -> Self {
        let seconds = duration.as_secs();
        let unit = UNITS.iter().skip(1).map(|(_, unit)| *unit).find(|unit| seconds >= *unit).unwrap_or(1);
        Self { seconds: seconds / unit * unit }
    }

    /// In words: `3 d`, `1 h 30 min`.
    pub(crate) fn words(self) -> String {
        let parts: Vec<String> = self
            .parts()
            .map(|(number, unit)| match unit {
                'm' => format!("{number} min"),
                unit => format!("{number} {unit}"),
            })
            .collect();
        if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
    }

    /// How often each unit is in it. Weeks are counted in days, as people do beyond one.
    fn parts(self) -> impl Iterator<Item = (u64, char)> {
        let mut rest = self.seconds;
        UNITS.into_iter().skip(1).filter_map(move |(unit, seconds)| {
            let number = rest / seconds;
            rest %= seconds;
            (number > 0).then_some((number, unit))
        })
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let malformed = || PeriodError::Malformed(text.to_owned());
        let too_long = || PeriodError::TooLong(text.to_owned());
        let mut units = UNITS.into_iter();
        let mut rest = text;
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(malformed)?;
            let (digits, after) = rest.split_at_checked(end).ok_or_else(malformed)?;
            let mut letters = after.chars();
            let letter = letters.next().ok_or_else(malformed)?;
            if digits.is_empty() {
                return Err(malformed());
            }
            // Each unit once, the larger first.
            let (_, seconds) = units.find(|(unit, _)| *unit == letter).ok_or_else(malformed)?;
            let number: u64 = digits.parse().map_err(|_| too_long())?;
            let part = number.checked_mul(seconds).ok_or_else(too_long)?;
            total = total.checked_add(part).filter(|total| *total <= Self::MOST).ok_or_else(too_long)?;
            rest = letters.as_str();
        }
        if text.is_empty() { Err(malformed()) } else { Ok(Self { seconds: total }) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0s");
        }
        self.parts().try_for_each(|(number, unit)| write!(f, "{number}{unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(text: &str) -> Result<u64, PeriodError> {
        text.parse().map(|period: Period| period.duration().as_secs())
    }

    #[test]
    fn lengths() {
        assert_eq!(seconds("60s"), Ok(60));
        assert_eq!(seconds("1h30m"), Ok(5_400));
        assert_eq!(seconds("3d"), Ok(259_200));
        assert_eq!(seconds("2w"), Ok(1_209_600));
        assert_eq!(seconds("0s"), Ok(0));
    }

    #[test]
    fn what_is_no_length() {
        for text in ["", "3", "d", "3 d", "3D", "1m1h", "1h1h", "-1s", "1.5h", "1ms", "٣d"] {
            assert_eq!(seconds(text), Err(PeriodError::Malformed(text.to_owned())), "{text}");
        }
        for text in ["99999999999999999999s", "9999999w", "18446744073709551615w"] {
            assert_eq!(seconds(text), Err(PeriodError::TooLong(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn words() {
        assert_eq!(Period::days(3).words(), "3 d");
        assert_eq!("1h30m".parse::<Period>().unwrap().words(), "1 h 30 min");
        assert_eq!(Period::seconds(0).words(), "0 s");
        assert_eq!(Period::roughly(Duration::from_secs(100_000)).words(), "1 d");
        assert_eq!(Period::roughly(Duration::from_secs(59)).words(), "59 s");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_parsed(seconds in 0..Period::MOST) {
            let period = Period { seconds };
            prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC*") {
            let _ = text.parse::<Period>();
        }
    }
}
