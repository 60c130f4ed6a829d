//! Where the daemon listens.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address and a port that the daemon listens at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(SocketAddr);

/// A text that is no place to listen at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no address to listen at (expected `ADDRESS:PORT`, such as `127.0.0.1:5000` or `[::1]:5000`)"
)]
pub struct ListenError;

impl Listen {
    /// The address.
    pub fn address(self) -> SocketAddr {
        self.0
    }

    /// Whether only this machine can reach it.
    pub fn is_this_machine(self) -> bool {
        self.0.ip().is_loopback()
    }
}

/// Docker's registry is found at this port.
impl Default for Listen {
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, 5_000)))
    }
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(text: &str) -> Result<Self, ListenError> {
        text.parse().map(Self).map_err(|_| ListenError)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Listen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        for (good, this_machine) in [
            ("127.0.0.1:5000", true),
            ("127.9.9.9:0", true),
            ("[::1]:80", true),
            ("0.0.0.0:5000", false),
            ("[::]:5000", false),
            ("192.0.2.1:443", false),
        ] {
            let listen: Listen = good.parse().unwrap();
            assert_eq!((listen.to_string().as_str(), listen.is_this_machine()), (good, this_machine));
        }
        for wrong in ["", "5000", ":5000", "127.0.0.1", "localhost:5000"] {
            assert_eq!(wrong.parse::<Listen>(), Err(ListenError), "{wrong}");
        }
    }
}
