//! `benchmark.json` and `sample.json` of a hostile benchmark are read or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|files: (&[u8], &[u8])| {
    perfaudit_bench::fuzzing::criterion_files(files.0, files.1);
});
