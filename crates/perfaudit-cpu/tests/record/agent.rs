//! The preloaded sampler: programs whose answer is known, and those it cannot be loaded into.

use perfaudit_cpu::CodeAddress;
use perfaudit_cpu::record::{self, RecordError, RecordOptions};
use perfaudit_exec::{Command, Interrupt};
use perfaudit_result::Rung;

use crate::support::{Names, Program, addresses, gate, is_plausible, options, record, try_record};

/// Nothing but the preloaded sampler.
fn preloaded(stack_bytes: u32) -> RecordOptions {
    RecordOptions { rungs: vec![Rung::Agent], ..options(999, stack_bytes) }
}

#[test]
fn shares_are_those_of_the_work_and_the_rate_is_the_one_that_was_reached() {
    let program = Program::compile("shares.rs", &[]);
    let (recording, finished) = record(&program.command().arg("60000"), &preloaded(16 << 10));
    assert!(finished.ending.is_success(), "{}", finished.stderr.text());
    let stdout = finished.stdout.text();
    let (_, counts) = stdout.split_once("counts ").unwrap();
    let counts: Vec<f64> = counts.split_whitespace().map(|count| count.parse().unwrap()).collect();
    let mut names = Names::default();
    let of = ["a", "b", "c"].map(|name| names.inclusive(&recording, name));
    let n = of.iter().sum();
    let sampler = &recording.sampler;
    assert!(n > 40 && n as f64 > 0.9 * sampler.samples as f64, "{n} of {sampler:?}");
    for (found, count) in of.into_iter().zip(&counts) {
        let share = count / counts.iter().sum::<f64>();
        assert!(is_plausible(found, n, share), "{found} of {n} samples, {share:.4} of the work");
    }
    assert!(names.inclusive(&recording, "main") >= n, "every stack reaches main: {sampler:?}");
    assert_eq!((sampler.rung, sampler.lost), (Rung::Agent, 0));
    // Samples are periods of CPU time. Within a second, some time before the first look is not seen.
    let cpu = sampler.cpu_s.unwrap();
    assert!((sampler.reached_hz.unwrap() * cpu - sampler.samples as f64).abs() < 1e-6, "{sampler:?}");
    assert!(sampler.reached_hz.unwrap() <= 1.1 * sampler.asked_hz, "{sampler:?}");
    assert_eq!(recording.threads.len(), 1, "{:?}", recording.threads);
    assert_eq!(recording.threads[0].name, "program");
}

#[test]
fn threads_have_their_names_and_their_own_samples_and_the_sampler_is_not_among_their_callers() {
    let program = Program::compile("threads.rs", &[]);
    let (recording, finished) = record(&program.command(), &preloaded(16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let mut of = [0; 4];
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        if frames.contains(&"thread_work".to_owned()) {
            assert!(!frames.contains(&"[libperfaudit_agent.so]".to_owned()), "{frames:?}");
            let name = &recording.threads[run.thread as usize].name;
            let number: usize = name.strip_prefix("worker-").unwrap().parse().unwrap();
            of[number] += run.count;
        }
    }
    let n = of.iter().sum();
    assert!(n > 10, "{of:?}");
    for found in of {
        assert!(is_plausible(found, n, 0.25), "{of:?}");
    }
    assert_eq!(recording.sampler.truncated, 0, "{:?}", recording.sampler);
}

#[test]
fn children_and_the_programs_that_they_become_are_sampled() {
    let program = Program::compile("family.c", &[]);
    let other = program.compile_into("other", "busy.c", &[]);
    let (recording, finished) = record(&program.command().arg(&other).arg("100000000"), &preloaded(16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let (mut parent, mut child, mut third) = (0, 0, 0);
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        let thread = &recording.threads[run.thread as usize];
        let has = |name: &str| frames.iter().any(|frame| frame == name);
        if has("work_of_parent") {
            parent = thread.process;
        } else if has("work_of_child") {
            child = thread.process;
        } else if has("busy") {
            third = thread.process;
            assert_eq!(thread.name, "other");
        } else {
            continue;
        }
        assert!(has("main"), "{frames:?}");
    }
    assert!(parent != 0 && child != 0 && third != 0, "{parent} {child} {third}");
    assert!(parent != child && child != third && third != parent);
}

#[test]
fn code_that_is_mapped_later_is_asked_for() {
    let program = Program::compile("loader.c", &[]);
    let plugins =
        ["one.so", "two.so"].map(|name| program.compile_into(name, "plugin.c", &["-shared", "-fPIC"]));
    let (recording, finished) = record(&program.command().args(&plugins), &preloaded(16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let inside = names.inclusive(&recording, "in_plugin");
    let back = names.inclusive(&recording, "called_back");
    assert!(inside > 10 && back > 5, "{inside} {back} {:?}", recording.sampler);
    assert!(names.inclusive(&recording, "main") >= inside);
}

#[test]
fn time_in_the_kernel_is_charged_to_the_call_that_asked_for_it() {
    let program = Program::compile("kernel.c", &[]);
    let (recording, finished) = record(&program.command(), &preloaded(16 << 10));
    assert!(finished.ending.is_success());
    let asks = Names::default().inclusive(&recording, "asks_the_kernel");
    let sampler = &recording.sampler;
    assert!(sampler.system_s.unwrap() > 0.5 * sampler.cpu_s.unwrap(), "{sampler:?}");
    assert!(asks as f64 > 0.8 * sampler.samples as f64, "{asks} of {sampler:?}");
    assert!(sampler.rung.counts_kernel() && !sampler.rung.sees_kernel());
    assert!(sampler.rung.label().contains("charged to the call"));
}

#[test]
fn a_program_that_nothing_can_be_preloaded_into_is_refused_with_the_reason_and_not_run() {
    let program = Program::compile("busy.c", &["-static"]);
    let error = try_record(&program.command(), &preloaded(1024)).unwrap_err();
    let RecordError::NoRung { refused } = &error else { panic!("{error}") };
    assert_eq!(refused.len(), 1);
    assert!(refused[0].reason.contains("linked statically"), "{error}");
}

#[test]
fn a_program_in_which_the_sampler_did_not_start_gives_no_recording() {
    let program = Program::compile("busy.c", &[]);
    // The shell starts it without what it was given itself; the shell is replaced before anything is sampled.
    let script = format!("env -i '{}' 1000", program.path.display());
    let (recording, _) = record(&Command::new("sh").args(["-c", &script]), &preloaded(1024));
    assert!(recording.sampler.samples < 20, "the shell was sampled, and what it started was not");
    let command = program.command().arg("1000").env("LD_PRELOAD", "").env_remove("PERFAUDIT_AGENT_FILE");
    let error = record::run(&command, &gate(), &preloaded(1024), &Interrupt::new(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, RecordError::NotLoaded(_)), "{error}");
}

#[test]
fn a_process_that_runs_already_is_refused_with_the_reason() {
    let error = record::attach(std::process::id(), None, &preloaded(1024), &Interrupt::new()).unwrap_err();
    let RecordError::NoRung { refused } = &error else { panic!("{error}") };
    assert!(refused[0].reason.contains("when a program starts"), "{error}");
}

#[test]
fn deep_stacks_reach_main() {
    let program = Program::compile("deep.rs", &[]);
    let (recording, _) = record(&program.command(), &preloaded(60 << 10));
    let mut names = Names::default();
    let deep = names.inclusive(&recording, "work");
    assert!(deep > 10, "{:?}", recording.sampler);
    assert!(names.inclusive(&recording, "main") >= deep);
    let truncated = recording
        .samples
        .iter()
        .filter(|run| addresses(&recording, run.node).last() == Some(&CodeAddress::Truncated));
    assert_eq!(truncated.count(), 0);
}
