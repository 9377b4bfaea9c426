//! How often functions are seen, and how stacks end.

use perfaudit_cpu::CodeAddress;

use crate::support::{Names, Program, addresses, is_plausible, options, record};

#[test]
fn shares_of_functions_are_those_of_the_work_they_do() {
    if perfaudit_exec::timed::serve_if_asked().is_some() {
        return;
    }
    let program = Program::compile("shares.rs", &[]);
    let (recording, finished) = record(&program.command(), &options(3999, 16 << 10));
    assert!(finished.ending.is_success());
    let stdout = finished.stdout.text();
    // The gate is a test, and what its harness prints stands on the same line.
    let (_, counts) = stdout.split_once("counts ").unwrap();
    let counts: Vec<f64> = counts.split_whitespace().map(|count| count.parse().unwrap()).collect();
    let mut names = Names::default();
    let of = ["a", "b", "c"].map(|name| names.inclusive(&recording, name));
    let n = of.iter().sum();
    assert!(n > 100, "{:?}", recording.sampler);
    for (found, count) in of.into_iter().zip(&counts) {
        let share = count / counts.iter().sum::<f64>();
        assert!(is_plausible(found, n, share), "{found} of {n} samples, {share:.4} of the work");
    }
    let sampler = &recording.sampler;
    assert!(n as f64 > 0.9 * sampler.samples as f64, "{n} of {sampler:?}");
    assert!(names.inclusive(&recording, "main") >= n, "every stack reaches main");
    assert_eq!(recording.threads.len(), 1, "{:?}", recording.threads);
    assert_eq!(recording.threads[0].name, "program");
}

#[test]
fn five_hundred_calls_deep_a_stack_reaches_main() {
    let program = Program::compile("deep.rs", &[]);
    let (recording, _) = record(&program.command(), &options(999, 60 << 10));
    let mut names = Names::default();
    let mut complete = 0;
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        if frames.contains(&"work".to_owned()) {
            // The compiler may put the last one into its caller.
            let levels = frames.iter().filter(|name| *name == "descend").count();
            assert!((500..=501).contains(&levels), "{levels}");
            assert!(frames.contains(&"main".to_owned()), "{frames:?}");
            complete += run.count;
        }
    }
    assert!(complete > 10, "{:?}", recording.sampler);
    assert_eq!(recording.sampler.truncated, 0);
}

#[test]
fn a_stack_that_is_deeper_than_what_was_copied_is_marked_and_counted() {
    let program = Program::compile("deep.rs", &[]);
    let (recording, _) = record(&program.command(), &options(999, 1024));
    let mut names = Names::default();
    let deep = names.inclusive(&recording, "work");
    assert!(deep > 10, "{:?}", recording.sampler);
    assert!(recording.sampler.truncated >= deep);
    assert_eq!(recording.sampler.stack_bytes, 1024);
    let marked = recording.stacks.nodes().iter().filter(|(_, frame)| *frame == CodeAddress::Truncated);
    assert_eq!(marked.count(), 1, "the mark stands at the root and nowhere else");
}

#[test]
fn a_rate_is_reached_per_second_of_cpu_time_and_nothing_is_lost() {
    let program = Program::compile("busy.c", &[]);
    let (recording, _) = record(&program.command().arg("400000000"), &options(999, 16 << 10));
    let sampler = &recording.sampler;
    let reached = sampler.reached_hz.unwrap();
    // One sample more or less, and up to a tick of system time that is split off by a guess.
    assert!((0.8..1.2).contains(&(reached / 999.0)), "{sampler:?}");
    assert_eq!(sampler.lost, 0);
    let innermost = recording.samples.iter().map(|run| addresses(&recording, run.node)[0]);
    assert!(innermost.clone().count() > 0);
    assert!(innermost.into_iter().all(|frame| !matches!(frame, CodeAddress::Anonymous { .. })));
}
