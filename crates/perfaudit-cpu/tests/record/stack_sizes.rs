//! Stacks that are longer than the piece of them that is copied: larger pieces are asked for while the program runs.

use perfaudit_cpu::Recording;
use perfaudit_cpu::record::{RateHz, RecordOptions, StackBytes};
use perfaudit_result::Rung;

use crate::support::{Names, Program, options, record};

/// Records the work below as many frames of a kilobyte.
fn below(program: &Program, kilobytes: u32, options: &RecordOptions) -> Recording {
    let (recording, finished) = record(&program.command().arg(kilobytes.to_string()), options);
    assert!(finished.ending.is_success());
    recording
}

fn sizes(recording: &Recording) -> Vec<u32> {
    recording.sampler.stack_steps.iter().map(|step| step.stack_bytes).collect()
}

#[test]
fn larger_pieces_of_the_stack_are_copied_as_soon_as_stacks_are_cut_off_and_then_all_reach_main() {
    let program = Program::compile("large_frames.rs", &[]);
    for (kilobytes, expected) in
        [(4, &[16_384][..]), (24, &[16_384, 32_768]), (45, &[16_384, 32_768, 64_000])]
    {
        let recording = below(&program, kilobytes, &RecordOptions::default());
        let sampler = &recording.sampler;
        assert_eq!(sizes(&recording), expected, "{sampler:?}");
        assert_eq!(sampler.stack_bytes, *expected.last().unwrap());
        let mut names = Names::default();
        let (work, main) = (names.inclusive(&recording, "work"), names.inclusive(&recording, "main"));
        let cut_off: u64 = sampler.stack_steps.iter().map(|step| step.cut_off).sum();
        assert!(work > 10 && main + cut_off >= work, "{work} {main} {sampler:?}");
        assert_eq!(sampler.stack_steps.last().unwrap().cut_off, 0, "{sampler:?}");
        assert_eq!(sampler.truncated, cut_off, "nothing else truncates them: {sampler:?}");
        assert_eq!(sampler.all_steps().samples, sampler.samples);
    }
}

#[test]
fn a_size_of_stack_that_was_asked_for_stays_and_what_it_cuts_off_is_counted() {
    let program = Program::compile("large_frames.rs", &[]);
    let recording = below(&program, 24, &options(999, 8 << 10));
    let sampler = &recording.sampler;
    assert_eq!(sizes(&recording), [8 << 10]);
    let step = sampler.stack_steps[0];
    assert!(step.cuts_too_many() && step.cut_off == sampler.truncated, "{sampler:?}");
    assert!(options(999, 8 << 10).again(sampler).is_none(), "nothing larger is allowed");
}

#[test]
fn the_preloaded_sampler_says_that_it_has_to_be_run_again_with_larger_pieces() {
    let wanted = RecordOptions { rungs: vec![Rung::Agent], ..RecordOptions::default() };
    let program = Program::compile("large_frames.rs", &[]);
    let again = wanted.again(&below(&program, 24, &wanted).sampler).unwrap();
    assert_eq!(again.stack, StackBytes::new(32 << 10));
    let recording = below(&program, 24, &again);
    assert_eq!((recording.sampler.truncated, again.again(&recording.sampler)), (0, None));
    assert_eq!(again.rate, RateHz::new(999));
}
