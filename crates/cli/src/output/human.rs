//! Quantities for people.

use std::fmt;
use std::time::Duration;

/// A number of bytes, in powers of 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unit: u64 = 1;
        let mut name = "B";
        for larger in ["kB", "MB", "GB", "TB", "PB"] {
            // A unit larger as soon as rounding would show a thousand of this one.
            if self.0 < unit * 1000 - unit / 20 {
                break;
            }
            unit *= 1000;
            name = larger;
        }
        if unit == 1 {
            return write!(f, "{} B", self.0);
        }
        let tenths = (u128::from(self.0) * 10 + u128::from(unit) / 2) / u128::from(unit);
        write!(f, "{}.{} {name}", tenths / 10, tenths % 10)
    }
}

/// From a least to a most number of bytes; one number if they are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between(pub(crate) u64, pub(crate) u64);

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(least, most) = *self;
        if least == most { Bytes(least).fmt(f) } else { write!(f, "{} to {}", Bytes(least), Bytes(most)) }
    }
}

/// A number of things: `1 blob`, `2 blobs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64, pub(crate) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

/// A time, by its two largest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, 0, seconds) => write!(f, "{seconds} s"),
            (0, minutes, seconds) => write!(f, "{minutes} min {seconds} s"),
            (hours, minutes, _) => write!(f, "{hours} h {minutes} min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_rounded_to_tenths_of_a_unit() {
        let shown = |bytes| Bytes(bytes).to_string();
        assert_eq!(shown(0), "0 B");
        assert_eq!(shown(999), "999 B");
        assert_eq!(shown(1000), "1.0 kB");
        assert_eq!(shown(1049), "1.0 kB");
        assert_eq!(shown(1050), "1.1 kB");
        assert_eq!(shown(999_949), "999.9 kB");
        assert_eq!(shown(999_950), "1.0 MB");
        assert_eq!(shown(1_500_000_000), "1.5 GB");
        assert_eq!(shown(u64::MAX), "18446.7 PB");
    }

    #[test]
    fn times_have_two_units() {
        let shown = |seconds| Span(Duration::from_secs(seconds)).to_string();
        assert_eq!(shown(0), "0 s");
        assert_eq!(shown(59), "59 s");
        assert_eq!(shown(61), "1 min 1 s");
        assert_eq!(shown(7322), "2 h 2 min");
    }

    #[test]
    fn one_thing_has_no_s() {
        assert_eq!(Count(1, "blob").to_string(), "1 blob");
        assert_eq!(Count(0, "blob").to_string(), "0 blobs");
    }
}
