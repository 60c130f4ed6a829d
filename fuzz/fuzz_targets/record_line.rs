//! See `portolan_store::fuzzing::record_line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_store::fuzzing::record_line(data));
