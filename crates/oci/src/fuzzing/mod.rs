//! What the fuzzers in `fuzz/` call: for each parser a function that takes any bytes and asserts what must hold whatever a
//! stranger sends. Compiled for tests, which feed the committed corpora through them, and with the feature `fuzzing`.

mod image_config;
mod manifest;
mod names;
mod reads_back;

#[cfg(test)]
mod tests;

pub use image_config::image_config;
pub use manifest::manifest;
pub use names::{digest, media_type, platform, reference};
