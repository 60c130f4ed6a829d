//! See `portolan_transport::fuzzing::registries_conf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::registries_conf(data));
