//! See `portolan_store::fuzzing::pack_footer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_store::fuzzing::pack_footer(data));
