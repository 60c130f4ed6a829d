//! See `portolan_oci::fuzzing::digest`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_oci::fuzzing::digest(data));
