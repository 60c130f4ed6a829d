//! How fast bytes may go over a line.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes in a second: `20MB/s`, `512KiB/s`, `100Mbit/s`. The `/s` may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Cow<'_, str>", into = "String")]
pub struct ByteRate {
    bytes: NonZeroU64,
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rate (written `20MB/s`, `512KiB/s` or `100Mbit/s`)")]
pub struct ByteRateError(String);

/// Units with the bits that each has, the longer names first.
const UNITS: [(&str, u64); 11] = [
    ("kbit", 1_000),
    ("Mbit", 1_000_000),
    ("Gbit", 1_000_000_000),
    ("KiB", 8 << 10),
    ("MiB", 8 << 20),
    ("GiB", 8 << 30),
    ("kB", 8_000),
    ("KB", 8_000),
    ("MB", 8_000_000),
    ("GB", 8_000_000_000),
    ("B", 8),
];

impl ByteRate {
    /// So many bytes in a second.
    pub const fn new(bytes: NonZeroU64) -> Self {
        Self { bytes }
    }

    /// Bytes in a second.
    pub const fn bytes(self) -> NonZeroU64 {
        self.bytes
    }
}

impl FromStr for ByteRate {
    type Err = ByteRateError;

    fn from_str(text: &str) -> Result<Self, ByteRateError> {
        let wrong = || ByteRateError(text.to_owned());
        let rate = text.strip_suffix("/s").unwrap_or(text).trim_end();
        let (number, bits) = UNITS
            .iter()
            .find_map(|(name, bits)| Some((rate.strip_suffix(name)?.trim_end(), *bits)))
            .ok_or_else(wrong)?;
        let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(tenths) || tenths.len() > 3 {
            return Err(wrong());
        }
        let thousandths: u64 = format!("{whole}{tenths:0<3}").parse().map_err(|_| wrong())?;
        let bytes = thousandths.checked_mul(bits).ok_or_else(wrong)? / 8000;
        Ok(Self { bytes: NonZeroU64::new(bytes).ok_or_else(wrong)? })
    }
}

impl fmt::Display for ByteRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.get();
        let decimal = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
        let binary = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        let unit = decimal.into_iter().chain(binary).find(|(_, unit)| bytes.is_multiple_of(*unit));
        match unit {
            Some((name, unit)) => write!(f, "{}{name}/s", bytes / unit),
            None => write!(f, "{bytes}B/s"),
        }
    }
}

impl TryFrom<Cow<'_, str>> for ByteRate {
    type Error = ByteRateError;

    fn try_from(text: Cow<'_, str>) -> Result<Self, ByteRateError> {
        text.parse()
    }
}

impl From<ByteRate> for String {
    fn from(rate: ByteRate) -> Self {
        rate.to_string()
    }
}

impl JsonSchema for ByteRate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ByteRate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        for (text, bytes, shown) in [
            ("20MB/s", 20_000_000, "20MB/s"),
            ("20 MB", 20_000_000, "20MB/s"),
            ("512KiB/s", 512 << 10, "512KiB/s"),
            ("100Mbit/s", 12_500_000, "12500kB/s"),
            ("1.5GiB", 3 << 29, "1536MiB/s"),
            ("0.125kB/s", 125, "125B/s"),
            ("1B", 1, "1B/s"),
        ] {
            let rate: ByteRate = text.parse().unwrap();
            assert_eq!((rate.bytes().get(), rate.to_string()), (bytes, shown.to_owned()), "{text}");
            assert_eq!(shown.parse(), Ok(rate));
        }
        for text in
            ["", "20", "MB", "-1MB", "1e3MB", "0MB/s", "0.1B", "1.2345MB", "20MB/m", "9999999999999999GB"]
        {
            assert_eq!(text.parse::<ByteRate>(), Err(ByteRateError(text.to_owned())), "{text}");
        }
    }
}
