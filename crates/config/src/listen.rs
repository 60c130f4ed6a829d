//! Where the daemon listens.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address and a port that the daemon listens at. Everybody may do everything there, so it is one that only
/// this machine can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen(SocketAddr);

/// Why a text is no place to listen at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// It is no address.
    #[error(
        "this is no address to listen at (expected `ADDRESS:PORT`, such as `127.0.0.1:5000` or `[::1]:5000`)"
    )]
    NoAddress,
    /// Others could reach it.
    #[error(
        "others can reach {0}, and nothing says yet who may do what: \
         listen at 127.0.0.1 or [::1], behind a proxy that asks for a login"
    )]
    Open(SocketAddr),
}

impl Listen {
    /// The address.
    pub fn address(self) -> SocketAddr {
        self.0
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
        let address: SocketAddr = text.parse().map_err(|_| ListenError::NoAddress)?;
        if address.ip().is_loopback() { Ok(Self(address)) } else { Err(ListenError::Open(address)) }
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
    fn only_this_machine_is_listened_to() {
        for good in ["127.0.0.1:5000", "127.9.9.9:0", "[::1]:80"] {
            assert_eq!(good.parse::<Listen>().unwrap().to_string(), good);
        }
        assert!(matches!("0.0.0.0:5000".parse::<Listen>(), Err(ListenError::Open(_))));
        assert!(matches!("[::]:5000".parse::<Listen>(), Err(ListenError::Open(_))));
        for wrong in ["", "5000", ":5000", "127.0.0.1", "localhost:5000"] {
            assert_eq!(wrong.parse::<Listen>(), Err(ListenError::NoAddress), "{wrong}");
        }
    }
}
