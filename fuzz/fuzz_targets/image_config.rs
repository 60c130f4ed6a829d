//! See `portolan_oci::fuzzing::image_config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_oci::fuzzing::image_config(data));
