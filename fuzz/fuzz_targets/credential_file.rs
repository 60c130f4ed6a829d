//! See `portolan_transport::fuzzing::credential_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| portolan_transport::fuzzing::credential_file(data));
