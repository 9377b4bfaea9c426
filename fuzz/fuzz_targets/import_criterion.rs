//! `benchmark.json` and `sample.json` that Criterion wrote, or that claim to be, are read or refused; a zero byte stands
//! between them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    if let (Some(benchmark), Some(sample)) = (parts.next(), parts.next())
        && let Ok(workload) =
            perfaudit_import::read_criterion_benchmark(("benchmark.json", benchmark), ("sample.json", sample))
    {
        perfaudit_fuzz::is_sound(&workload);
    }
});
