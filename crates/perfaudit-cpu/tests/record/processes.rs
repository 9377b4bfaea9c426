//! Threads, children, other programs, and targets that end in every way.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use perfaudit_cpu::record::{self, RateHz, RecordError, StackBytes};
use perfaudit_exec::{Command, Ending, Interrupt};

use crate::support::{Names, Program, check, is_plausible, options, record, try_record};

#[test]
fn threads_that_come_and_go_by_the_thousand_are_told_apart_from_those_that_work() {
    let program = Program::compile("threads.rs", &[]);
    let (recording, finished) = record(&program.command(), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    let mut names = Names::default();
    let mut of = [0; 4];
    for run in &recording.samples {
        if names.of(&recording, run.node).contains(&"thread_work".to_owned()) {
            let name = &recording.threads[run.thread as usize].name;
            let number: usize = name.strip_prefix("worker-").unwrap().parse().unwrap();
            of[number] += run.count;
        }
    }
    let n = of.iter().sum();
    assert!(n > 40, "{of:?}");
    for found in of {
        assert!(is_plausible(found, n, 0.25), "{of:?}");
    }
    let workers = recording.threads.iter().filter(|thread| thread.name.starts_with("worker-")).count();
    assert_eq!(workers, 4);
}

#[test]
fn children_keep_their_parents_code_and_lose_it_when_they_become_another_program() {
    let program = Program::compile("family.c", &[]);
    let other = program.compile_into("other", "busy.c", &[]);
    let (recording, finished) =
        record(&program.command().arg(&other).arg("100000000"), &options(999, 16 << 10));
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
            assert!(!has("work_of_parent") && !has("work_of_child"));
        } else {
            continue;
        }
        assert!(has("main"), "{frames:?}");
    }
    assert!(parent != 0 && child != 0 && third != 0, "{parent} {child} {third}");
    assert!(parent != child && child != third && third != parent);
}

#[test]
fn a_program_that_ends_at_once_gives_a_recording_that_may_be_empty() {
    let (recording, finished) = record(&Command::new("true"), &options(999, 16 << 10));
    assert!(finished.ending.is_success());
    assert!(recording.blocks.count >= 1);
    assert!(recording.sampler.samples < 100);
}

#[test]
fn a_program_that_is_not_there_is_an_error_with_its_name() {
    let error = try_record(&Command::new("no-such-program"), &options(999, 1024)).unwrap_err();
    assert!(matches!(error, RecordError::Run(_)), "{error}");
    assert!(error.to_string().contains("no-such-program"), "{error}");
}

#[test]
fn what_was_sampled_before_a_program_was_killed_is_kept() {
    let program = Program::compile("busy.c", &[]);
    let script = format!("'{}' & sleep 0.4; kill -9 $!; kill -9 $$", program.path.display());
    let (recording, finished) = record(&Command::new("sh").args(["-c", &script]), &options(999, 16 << 10));
    assert_eq!(finished.ending, Ending::Signalled(9));
    assert!(Names::default().inclusive(&recording, "busy") > 10, "{:?}", recording.sampler);
}

#[test]
fn a_thousand_children_at_work_at_once_are_told_apart_or_what_is_not_seen_of_them_is_counted() {
    let program = Program::compile("crowd.c", &[]);
    let (recording, finished) = record(&program.command(), &options(999, 4 << 10));
    assert!(finished.ending.is_success(), "{}", finished.ending.describe());
    let mut names = Names::default();
    let mut at_work = BTreeSet::new();
    for run in &recording.samples {
        let frames = names.of(&recording, run.node);
        if frames.contains(&"work_of_child".to_owned()) {
            assert!(frames.contains(&"main".to_owned()), "{frames:?}");
            at_work.insert(recording.threads[run.thread as usize].process);
        }
    }
    let sampler = &recording.sampler;
    let told = sampler.samples + sampler.lost;
    let expected = sampler.cpu_s.expect("the CPU time is known") * sampler.asked_hz;
    assert!(told as f64 > 0.5 * expected, "{told} of {expected}: {sampler:?}");
    // Each works for a few periods of the sampler.
    assert!(at_work.len() > 300, "{} children, {sampler:?}", at_work.len());
}

#[test]
fn what_a_killed_program_leaves_behind_is_ended_with_its_recording() {
    let script = "setsid sleep 1000 & echo $!; kill -9 $$";
    let (_, finished) = record(&Command::new("sh").args(["-c", script]), &options(999, 1024));
    assert_eq!((finished.ending, finished.strays), (Ending::Signalled(9), 1));
    let left: u32 = finished.stdout.text().split_whitespace().last().unwrap().parse().unwrap();
    let state = std::fs::read_to_string(format!("/proc/{left}/stat")).unwrap_or_default();
    // It may wait to be collected by whoever adopted it.
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

#[test]
fn samples_that_find_no_room_are_counted_or_missing_in_the_rate_that_was_reached() {
    let program = Program::compile("busy.c", &[]);
    // More than is read in the same time, on any machine: six gigabytes a second.
    let options = options(RateHz::MOST, StackBytes::MOST);
    let (recording, _) = record(&program.command().arg("300000000"), &options);
    let sampler = &recording.sampler;
    let reached = sampler.reached_hz.unwrap();
    assert!(sampler.lost > 0 || reached < 0.9 * sampler.asked_hz, "{sampler:?}");
}

#[test]
fn a_time_limit_ends_the_program_and_not_the_recording() {
    let program = Program::compile("busy.c", &[]);
    let command = program.command().time_limit(Duration::from_millis(300));
    let (recording, finished) = record(&command, &options(999, 16 << 10));
    assert_eq!(finished.ending, Ending::TimedOut);
    assert!(Names::default().inclusive(&recording, "busy") > 10, "{:?}", recording.sampler);
}

/// Ends with the test.
struct Running(std::process::Child);

impl Running {
    fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut command = std::process::Command::new(&program.path);
        Self(command.args(arguments).stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_process_that_runs_is_recorded_for_a_while_and_goes_on() {
    let program = Program::compile("busy.c", &[]);
    let mut running = Running::start(&program, &[]);
    let limit = Some(Duration::from_millis(400));
    let recorded = record::attach(running.0.id(), limit, &options(999, 16 << 10), &Interrupt::new()).unwrap();
    check(&recorded.recording);
    let mut names = Names::default();
    let busy = names.inclusive(&recorded.recording, "busy");
    assert!(busy > 10, "{:?}", recorded.recording.sampler);
    assert_eq!(names.inclusive(&recorded.recording, "main"), busy);
    assert_eq!(recorded.recording.threads[0].name, "program");
    assert!(running.0.try_wait().unwrap().is_none());
}

#[test]
fn a_process_that_ends_ends_its_recording() {
    let program = Program::compile("threads.rs", &[]);
    let running = Running::start(&program, &[]);
    let recorded = record::attach(running.0.id(), None, &options(999, 16 << 10), &Interrupt::new()).unwrap();
    check(&recorded.recording);
    let names = recorded.recording.threads.iter().map(|thread| thread.name.as_str());
    assert_eq!(names.filter(|name| name.starts_with("worker-")).count(), 4, "threads that came later");
}

#[test]
fn attaching_to_nobody_is_an_error() {
    let error = record::attach(u32::MAX - 7, None, &options(999, 1024), &Interrupt::new()).unwrap_err();
    assert!(matches!(error, RecordError::NoProcess(_)), "{error}");
}
