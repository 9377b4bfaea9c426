//! Programs and their debug information, or what claims to be such, are looked up in or refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    perfaudit_cpu::symbols::fuzzing::look_up(bytes, &[0, 0x1000, 0x1139, 0x1fff, 0x40_1000, u64::MAX]);
});
