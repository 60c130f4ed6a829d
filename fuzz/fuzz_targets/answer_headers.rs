//! See `portolan_transport::fuzzing::answer_headers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::answer_headers(data));
