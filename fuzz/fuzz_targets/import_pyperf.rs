//! What pyperf wrote, or claims to have, is read or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    perfaudit_fuzz::import(perfaudit_import::FileFormat::Pyperf, bytes);
});
