//! See `portolan_transport::fuzzing::challenge`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::challenge(data));
