//! The repository's part of a reference (distribution-spec, "Pulling manifests", `<name>`).

use std::str::FromStr;

use super::ReferenceError;
use super::text::text_type;

/// The name of a repository in its registry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(String);
text_type!(RepositoryName);

impl FromStr for RepositoryName {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.len() > 255 {
            return Err(ReferenceError::TooLong(text.len()));
        }
        if text.is_empty() || !text.split('/').all(is_path_component) {
            return Err(ReferenceError::Repository(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl RepositoryName {
    /// The name as Docker Hub has it, where `debian` is short for `library/debian`.
    pub(super) fn on_docker_hub(self) -> Self {
        if self.0.contains('/') { self } else { Self(format!("library/{}", self.0)) }
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_path_component(part: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut bytes = part.bytes().peekable();
    if !bytes.peek().copied().is_some_and(alphanumeric) {
        return false;
    }
    while let Some(byte) = bytes.next() {
        if alphanumeric(byte) {
            continue;
        }
        let mut run = 1;
        while bytes.next_if_eq(&byte).is_some() {
            run += 1;
        }
        let allowed = match byte {
            b'.' => run == 1,
            b'_' => run <= 2,
            b'-' => true,
            _ => false,
        };
        if !allowed || !bytes.peek().copied().is_some_and(alphanumeric) {
            return false;
        }
    }
    true
}
