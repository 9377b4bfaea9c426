//! What a hostile benchmark prints is taken for a listing and for progress.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    perfaudit_bench::fuzzing::criterion_output(text);
});
