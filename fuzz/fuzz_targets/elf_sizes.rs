//! Programs, or what claims to be such, are weighed to the byte or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    perfaudit_binary::fuzzing::sizes(bytes);
});
