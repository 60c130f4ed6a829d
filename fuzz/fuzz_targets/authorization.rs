//! See `portolan_server::fuzzing::authorization`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_server::fuzzing::authorization(data));
