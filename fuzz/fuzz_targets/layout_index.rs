//! See `portolan_transport::fuzzing::layout_index`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::layout_index(data));
