//! See `portolan_server::fuzzing::query`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_server::fuzzing::query(data));
