//! What the fuzzers in `fuzz/` call: for each parser a function that takes any bytes and asserts what must hold whatever a
//! stranger sends. Each lies beside its parser. Compiled for tests, which feed the committed corpora through them, and
//! with the feature `fuzzing`.

#[cfg(test)]
mod tests;

pub use crate::archive::tar::fuzzing::tar;
pub use crate::hosts::fuzzing::{credential_file, registries_conf};
pub use crate::layout::fuzzing::layout_index;
pub use crate::registry::fuzzing::{answer_headers, challenge, link};
