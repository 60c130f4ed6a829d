//! Shares of a whole.

use std::fmt;
use std::str::FromStr;

use super::setting_text;

/// A share of a whole in whole per cent, 1 to 100: `10%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    percent: u8,
}
setting_text!(Share);

/// Why a text is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a share (written `1%` to `100%`)")]
pub struct ShareError(String);

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self { percent: 100 };

    /// A tenth.
    pub const TENTH: Self = Self { percent: 10 };

    /// In per cent.
    pub const fn percent(self) -> u8 {
        self.percent
    }

    /// This share of `whole`, rounded down.
    pub const fn of(self, whole: usize) -> usize {
        // Divided first, so that nothing overflows.
        let percent = self.percent as usize;
        whole / 100 * percent + whole % 100 * percent / 100
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        text.strip_suffix('%')
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .filter(|percent| (1..=100).contains(percent))
            .map(|percent| Self { percent })
            .ok_or_else(|| ShareError(text.to_owned()))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!("10%".parse(), Ok(Share::TENTH));
        assert_eq!(Share::TENTH.of(59), 5);
        assert_eq!(Share::TENTH.of(9), 0);
        assert_eq!("100%".parse::<Share>().unwrap().of(usize::MAX), usize::MAX);
        for text in ["", "%", "10", "0%", "101%", "1.5%", "-1%", "+1%", "10 %", "300%"] {
            assert_eq!(text.parse::<Share>(), Err(ShareError(text.to_owned())), "{text}");
        }
    }
}
