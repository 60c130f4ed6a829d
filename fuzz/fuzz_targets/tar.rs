//! See `portolan_transport::fuzzing::tar`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::tar(data));
