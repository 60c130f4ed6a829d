//! The property that all texts of this crate have.

use std::fmt::{Debug, Display};
use std::str::FromStr;

/// Parses `data`. What was parsed prints a text that parses to the same.
pub(super) fn reads_back<T: FromStr + Display + PartialEq + Debug>(data: &[u8]) -> Option<T> {
    let value: T = std::str::from_utf8(data).ok()?.parse().ok()?;
    let printed = value.to_string();
    assert_eq!(printed.parse().ok().as_ref(), Some(&value), "{printed:?}");
    Some(value)
}
