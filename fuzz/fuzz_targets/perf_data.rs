//! What claims to be a file of `perf record` is read or refused; what is read refers to nothing that it does not hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(data) = perfaudit_cpu::record::perf_data::parse(bytes) else { return };
    let recording = data.recording;
    for run in &recording.samples {
        assert!((run.node as usize) < recording.stacks.nodes().len());
        assert!((run.thread as usize) < recording.threads.len());
        assert!(run.block < recording.blocks.count);
    }
});
