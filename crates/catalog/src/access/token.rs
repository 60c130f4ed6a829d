//! Tokens: what a program logs in with.

use std::fmt;
use std::str::FromStr;

use portolan_oci::Digest;
use rand::RngExt as _;

/// What every token begins with: who searches for lost secrets finds them by it.
const PREFIX: &str = "ptl_";

/// Bytes of a name.
const NAME: usize = 5;

/// Bytes of a secret.
const SECRET: usize = 32;

/// The name of a token: ten hexadecimal digits. It is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenName([u8; NAME]);

/// A token, as its owner keeps it: `ptl_`, its name, `_`, and its secret. It is shown once, when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    name: TokenName,
    secret: [u8; SECRET],
}

/// A text that is no token, or names none. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It names none.
    #[error("a token is named by ten hexadecimal digits")]
    Name,
    /// It is none.
    #[error("this is no token (they begin with `ptl_`)")]
    Token,
}

impl Token {
    /// A new one, from the system's source of secrets.
    pub fn random() -> Self {
        let mut random = rand::rng();
        Self { name: TokenName(random.random()), secret: random.random() }
    }

    /// Its name.
    pub fn name(&self) -> TokenName {
        self.name
    }

    /// What is kept of it. Its secret is random and as long as the digest: that needs no salt, and no time.
    pub fn kept(&self) -> Digest {
        Digest::sha256(&self.secret)
    }

    /// The token itself: for its owner only.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.name, hex::encode(self.secret))
    }

    /// Whether a text looks like a token.
    pub fn is_like(text: &str) -> bool {
        text.starts_with(PREFIX)
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let (name, secret) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(TokenError::Token)?;
        Ok(Self { name: name.parse()?, secret: decoded(secret).ok_or(TokenError::Token)? })
    }
}

/// Without its secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.name)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for TokenName {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        decoded(text).map(Self).ok_or(TokenError::Name)
    }
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_shows_its_name_only() {
        let token = Token::random();
        let text = token.reveal();
        assert_eq!(text.parse(), Ok(token.clone()));
        assert_eq!(format!("{token:?}"), format!("Token({})", token.name()));
        assert_ne!(Token::random(), token);
        assert!(Token::is_like(&text));
        let cut = text.trim_start_matches('p');
        for wrong in ["", "ptl_", "ptl_0011223344", "ptl_0011223344_", cut, &text.to_uppercase()] {
            assert!(wrong.parse::<Token>().is_err(), "{wrong}");
        }
    }
}
