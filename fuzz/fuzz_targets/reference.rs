//! See `portolan_oci::fuzzing::reference`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_oci::fuzzing::reference(data));
