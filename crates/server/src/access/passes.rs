//! Passes: what the token endpoint hands out. They say who somebody is, for five minutes, and are signed with a key
//! of this process; what he may do is looked up each time.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use portolan_catalog::{TokenName, UserName};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// What a pass begins with.
const PREFIX: &str = "ptp_";

/// How long one is good.
pub(super) const LASTS: Duration = Duration::from_secs(5 * 60);

/// Who has a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bearer {
    /// Somebody without a login.
    Guest,
    /// A user who showed his password.
    User {
        #[serde(with = "text")]
        name: UserName,
        id: i64,
        version: u64,
    },
    /// Somebody who showed a token.
    Token {
        #[serde(with = "text")]
        name: TokenName,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Pass {
    bearer: Bearer,
    /// Seconds since 1970.
    ends: i64,
}

/// Makes and reads passes.
pub(super) struct Passes(hmac::Key);

impl Passes {
    pub(super) fn new() -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &rand::random::<[u8; 32]>()))
    }

    /// A pass that is good from this time on.
    pub(super) fn make(&self, bearer: Bearer, now: Timestamp) -> Result<String, serde_json::Error> {
        let ends = now.as_second().saturating_add(LASTS.as_secs().try_into().unwrap_or(i64::MAX));
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Pass { bearer, ends })?);
        let signed = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, body.as_bytes()));
        Ok(format!("{PREFIX}{body}.{signed}"))
    }

    /// Who has it, if it is ours and still good.
    pub(super) fn read(&self, text: &str, now: Timestamp) -> Option<Bearer> {
        let (body, signed) = text.strip_prefix(PREFIX)?.split_once('.')?;
        let signed = URL_SAFE_NO_PAD.decode(signed).ok()?;
        hmac::verify(&self.0, body.as_bytes(), &signed).ok()?;
        let pass: Pass = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (now.as_second() < pass.ends).then_some(pass.bearer)
    }
}

impl fmt::Debug for Passes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passes").finish_non_exhaustive()
    }
}

/// Names as texts.
mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_good_for_a_while_and_for_its_maker_only() {
        let (passes, now) = (Passes::new(), Timestamp::from_second(1_000).unwrap());
        let anna = Bearer::User { name: "anna".parse().unwrap(), id: 7, version: 3 };
        let pass = passes.make(anna.clone(), now).unwrap();
        assert_eq!(passes.read(&pass, now), Some(anna.clone()));
        assert_eq!(passes.read(&pass, Timestamp::from_second(1_299).unwrap()), Some(anna));
        assert_eq!(passes.read(&pass, Timestamp::from_second(1_300).unwrap()), None);
        assert_eq!(Passes::new().read(&pass, now), None, "another key");
        // The body of one with the signature of another.
        let guest = passes.make(Bearer::Guest, now).unwrap();
        let forged = format!("{}.{}", pass.split_once('.').unwrap().0, guest.split_once('.').unwrap().1);
        for wrong in ["", "ptp_", "ptp_.", "ptp_e30.e30", forged.as_str(), pass.trim_start_matches("ptp_")] {
            assert_eq!(passes.read(wrong, now), None, "{wrong}");
        }
    }
}
