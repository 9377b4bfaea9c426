//! What asv wrote, or claims to have, is read or refused: a result alone, and with a list of benchmarks after a zero byte.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    perfaudit_fuzz::import(perfaudit_import::FileFormat::Asv, bytes);
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    if let (Some(result), Some(benchmarks)) = (parts.next(), parts.next())
        && let Ok(imported) =
            perfaudit_import::read_asv_with_benchmarks(("result", result), ("benchmarks", benchmarks))
    {
        imported.workloads.iter().for_each(perfaudit_fuzz::is_sound);
    }
});
