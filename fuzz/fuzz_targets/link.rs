//! See `portolan_transport::fuzzing::link`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::link(data));
