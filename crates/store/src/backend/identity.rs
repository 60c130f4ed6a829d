//! Which store this is.

use std::fmt;
use std::str::FromStr;

use rand::RngExt as _;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The UUID of a store. The catalogue has the same one: a store and a database that do not belong together are
/// told apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoreId([u8; 16]);

/// A text that is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a store is named by a UUID")]
pub struct StoreIdError;

impl StoreId {
    /// A new one (RFC 9562, version 4).
    pub fn random() -> Self {
        let random: u128 = rand::rng().random();
        let (version, variant) = (0xf << 76, 0b11 << 62);
        Self((random & !version & !variant | 4 << 76 | 0b10 << 62).to_be_bytes())
    }

    /// The 16 bytes that stand for it in files.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads what [`as_bytes`](Self::as_bytes) gives.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, byte)| {
            let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")
        })
    }
}

impl FromStr for StoreId {
    type Err = StoreIdError;

    fn from_str(text: &str) -> Result<Self, StoreIdError> {
        let digits: String = text.split('-').collect();
        let mut bytes = [0; 16];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| StoreIdError)?;
        let id = Self(bytes);
        // As it is printed and in no other form: names are compared as texts in databases.
        if id.to_string() == text { Ok(id) } else { Err(StoreIdError) }
    }
}

impl Serialize for StoreId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StoreId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_and_reads_back() {
        let id = StoreId::random();
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.len(), 36);
        assert_eq!(text.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&text.as_bytes()[19]), "{text}");
        assert_eq!(StoreId::from_bytes(*id.as_bytes()), id);
        assert_ne!(StoreId::random(), id);
        let fixed = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(fixed.parse::<StoreId>().unwrap().to_string(), fixed);
        for wrong in ["", "0f8fad5b", &fixed.to_uppercase(), &fixed.replace('-', ""), &format!("{fixed}0")] {
            assert!(wrong.parse::<StoreId>().is_err(), "{wrong}");
        }
    }
}
