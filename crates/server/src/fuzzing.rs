//! What the fuzzers in `fuzz/` call: for each parser a function that takes any bytes and asserts what must hold whatever a
//! client sends. Each lies beside its parser. Compiled for tests, which feed the committed corpora through them, and
//! with the feature `fuzzing`.

#[cfg(test)]
mod tests;

pub use crate::access::fuzzing::authorization;
pub use crate::doors::registry::fuzzing::{path, query, ranges};
