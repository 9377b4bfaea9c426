//! Threads that are stopped and looked at: programs whose answer is known, and that nothing is left stopped.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use perfaudit_cpu::record::{self, RecordError, RecordOptions};
use perfaudit_exec::{Ending, Interrupt};
use perfaudit_result::{Rung, SamplingEvent};

use crate::support::{Names, Program, is_plausible, options, record};

/// Nothing but stopping threads.
fn stopping() -> RecordOptions {
    RecordOptions { rungs: vec![Rung::Ptrace], ..options(999, 16 << 10) }
}

/// Ends with the test.
struct Running(Child);

impl Running {
    fn start(mut command: std::process::Command) -> Self {
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    /// The letter of its state.
    fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        stat.rsplit_once(") ").unwrap().1.chars().next().unwrap()
    }

    fn tracer(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        status.lines().find_map(|line| line.strip_prefix("TracerPid:")).unwrap().trim().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn shares_are_those_of_the_work_in_a_program_that_nothing_can_be_preloaded_into() {
    let program = Program::compile("shares.rs", &["-Ctarget-feature=+crt-static"]);
    let (recording, finished) = record(&program.command().arg("60000"), &stopping());
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
    assert_eq!((sampler.rung, sampler.event, sampler.lost), (Rung::Ptrace, SamplingEvent::WallClock, 0));
    assert!(sampler.stopped_s.unwrap() > 0.0, "{sampler:?}");
    assert_eq!(
        recording.threads.len(),
        1,
        "what waited to become the program is not in it: {:?}",
        recording.threads
    );
}

#[test]
fn threads_and_children_are_looked_at_and_end_as_they_would_alone() {
    let program = Program::compile("family.c", &[]);
    let other = program.compile_into("other", "busy.c", &[]);
    let (recording, finished) = record(&program.command().arg(&other).arg("300000000"), &stopping());
    assert!(finished.ending.is_success(), "{:?} {}", finished.ending, finished.stderr.text());
    let mut names = Names::default();
    for work in ["work_of_parent", "work_of_child", "busy"] {
        assert!(names.inclusive(&recording, work) > 5, "{work}: {:?}", recording.sampler);
    }
    let program = Program::compile("threads.rs", &[]);
    let (recording, finished) = record(&program.command(), &stopping());
    assert!(finished.ending.is_success());
    assert!(names.inclusive(&recording, "thread_work") > 10, "{:?}", recording.sampler);
}

#[test]
fn a_process_whose_first_thread_ends_first_is_looked_at_to_its_end() {
    let program = Program::compile("leaves_first.c", &["-pthread"]);
    let (recording, finished) = record(&program.command().args(["20", "20000000"]), &stopping());
    assert!(finished.ending.is_success(), "{:?} {}", finished.ending, finished.stderr.text());
    let mut names = Names::default();
    assert!(names.inclusive(&recording, "work_without_leader") > 20, "{:?}", recording.sampler);
}

#[test]
fn processes_that_are_killed_at_any_moment_end_for_their_parent() {
    let program = Program::compile("killed.c", &["-pthread"]);
    let (recording, finished) = record(&program.command().arg("200"), &stopping());
    assert!(finished.ending.is_success(), "{:?} {}", finished.ending, finished.stderr.text());
    assert!(recording.sampler.samples > 20, "{:?}", recording.sampler);
}

#[test]
fn signals_reach_a_program_that_is_stopped_again_and_again() {
    let program = Program::compile("signals.c", &[]);
    let (recording, finished) = record(&program.command(), &stopping());
    // It counts them, and ends by one.
    assert_eq!(finished.ending, Ending::Signalled(10), "{}", finished.stdout.text());
    let stdout = finished.stdout.text();
    let (_, counts) = stdout.split_once("sent and got ").unwrap();
    let counts: Vec<u64> = counts.split_whitespace().map(|count| count.parse().unwrap()).collect();
    assert!(counts[0] > 1000 && counts[0] == counts[1], "{counts:?}");
    assert!(recording.sampler.samples > 10, "{:?}", recording.sampler);
}

#[test]
fn a_process_that_runs_already_goes_on_after_it_was_looked_at() {
    let program = Program::compile("busy.c", &[]);
    let mut command = std::process::Command::new(&program.path);
    command.arg("1000000000000");
    let running = Running::start(command);
    let time = Duration::from_millis(700);
    let recorded = record::attach(running.0.id(), Some(time), &stopping(), &Interrupt::new()).unwrap();
    let mut names = Names::default();
    let busy = names.inclusive(&recorded.recording, "busy");
    assert!(busy > 10 && names.inclusive(&recorded.recording, "main") >= busy, "{recorded:?}");
    assert!(recorded.recording.sampler.reached_hz.unwrap() > 0.0);
    assert_eq!((running.state(), running.tracer().as_str()), ('R', "0"));
}

/// Set for this test program when it is the one that traces: the process to look at.
const TRACED: &str = "PERFAUDIT_TEST_TRACED";

#[test]
fn a_process_goes_on_when_who_looks_at_it_is_killed() {
    if let Ok(process) = std::env::var(TRACED) {
        let _ = record::attach(process.parse().unwrap(), None, &stopping(), &Interrupt::new());
        return;
    }
    let program = Program::compile("busy.c", &[]);
    let mut command = std::process::Command::new(&program.path);
    command.arg("1000000000000");
    let running = Running::start(command);
    for _ in 0..10 {
        let mut tracer = std::process::Command::new(std::env::current_exe().unwrap());
        let test = "ptrace::a_process_goes_on_when_who_looks_at_it_is_killed";
        tracer.args(["--exact", test]).env(TRACED, running.0.id().to_string());
        let mut tracer = Running::start(tracer);
        std::thread::sleep(Duration::from_millis(100));
        tracer.0.kill().unwrap();
        tracer.0.wait().unwrap();
    }
    let begun = Instant::now();
    while running.state() != 'R' || running.tracer() != "0" {
        assert!(begun.elapsed() < Duration::from_secs(60), "{} {}", running.state(), running.tracer());
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_process_that_is_traced_already_is_refused_with_the_reason() {
    let program = Program::compile("traced.c", &[]);
    let mut command = std::process::Command::new(&program.path);
    command.stdin(Stdio::piped());
    let running = Running::start(command);
    let begun = Instant::now();
    while running.tracer() == "0" {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not traced");
        std::thread::sleep(Duration::from_millis(1));
    }
    let error = record::attach(running.0.id(), None, &stopping(), &Interrupt::new()).unwrap_err();
    let RecordError::NoRung { refused } = &error else { panic!("{error}") };
    assert!(refused[0].reason.contains("traces it already"), "{error}");
}
