//! What divan and the standard harness print, or a hostile benchmark in their place.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    perfaudit_bench::fuzzing::summaries(text);
});
