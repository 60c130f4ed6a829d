//! The words of the specifications, through their public face: every parser against strange input, every
//! codec there and back, and the specification's own examples.

#![expect(clippy::unwrap_used, reason = "a helper ends the test where something is not as expected")]

mod digest;
mod hashing;
mod manifest;
mod media_type;
mod platform;
mod raw_manifest;
mod reference;
mod repository;
mod shape;
mod verifier;
