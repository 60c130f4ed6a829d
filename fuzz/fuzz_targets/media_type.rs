//! See `portolan_oci::fuzzing::media_type`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_oci::fuzzing::media_type(data));
