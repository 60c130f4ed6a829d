//! What the fuzzers in `fuzz/` call: for each parser a function that takes any bytes and asserts what must hold whatever
//! lies on a disk. Each lies beside its parser. Compiled for tests, which feed the committed corpora through them, and
//! with the feature `fuzzing`.

#[cfg(test)]
mod tests;

pub use crate::packs::fuzzing::pack_footer;
pub use crate::records::fuzzing::record_line;
