//! Ways to take samples that are asked for by name, and processes that run already.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use perfaudit_result::{AuditResult, Binding, MetricName, Rung, Trust, WorkloadKind, from_json};

use crate::support::{Outcome, Project};

/// Works until its input ends, or for as many rounds as it is told.
const PROGRAM: &str = r#"
#[inline(never)]
fn busy(rounds: u64) -> u64 { (0..rounds).fold(1, |sum, i| std::hint::black_box(sum ^ i)) }
fn main() {
    let told = std::env::args().nth(1).map(|rounds| rounds.parse().unwrap());
    if let Some(rounds) = told {
        std::hint::black_box(busy(rounds));
        return;
    }
    std::thread::spawn(|| loop { std::hint::black_box(busy(1_000_000)); });
    std::io::stdin().read_line(&mut String::new()).unwrap();
}
"#;

fn compiled() -> Project {
    let project = Project::empty().file("program.rs", PROGRAM);
    let status = Command::new("rustc")
        .args(["-O", "-g", "--edition", "2024", "-o", "program", "program.rs"])
        .current_dir(project.root())
        .status()
        .expect("there is a compiler");
    assert!(status.success());
    project
}

fn result(outcome: &Outcome) -> AuditResult {
    from_json(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr))
}

/// Ends with the test: its input does.
struct Running(Child);

impl Running {
    fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it was compiled"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_process_that_runs_already_is_profiled_with_its_threads_and_goes_on() {
    let project = compiled();
    let mut running = Running::start(&project.root().join("program"));
    let outcome = project
        .perfaudit()
        .args(["cpu", "--format", "json", "--pid", &running.0.id().to_string(), "--duration", "1s"])
        .run();
    let result = result(&outcome);
    let workload = &result.workloads[0];
    assert_eq!((workload.id.0.as_str(), workload.kind), ("process/program", WorkloadKind::Process));
    let row = &result.cpu.as_ref().unwrap().workloads[0];
    assert!(matches!(row.trust, Trust::Sound | Trust::Limited), "{row:#?}");
    assert!(row.hotspots.iter().any(|hotspot| hotspot.symbol.ends_with("busy")), "{row:#?}");
    assert!(row.usage.is_some());
    let off_cpu = row.off_cpu.as_ref().unwrap();
    // The first thread only waits for its input.
    let first = off_cpu.threads.iter().find(|one| one.thread.thread == running.0.id()).unwrap();
    assert!(first.time.blocked_share().unwrap() > 0.9, "{off_cpu:?}");
    assert_eq!(row.bound_by.as_ref().unwrap().binding, Binding::Cpu, "{:?}", row.bound_by);
    assert!(running.0.try_wait().unwrap().is_none());
}

#[test]
fn a_process_that_is_not_there_is_a_mistake_of_the_caller() {
    let outcome = Project::empty().perfaudit().args(["cpu", "--pid", "4294967295"]).run();
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("there is no process 4294967295"), "{}", outcome.stderr);
}

#[test]
fn the_last_way_stops_threads_and_says_how_long_and_what_that_means() {
    let project = compiled();
    let outcome = project
        .perfaudit()
        .args(["cpu", "--format", "json", "--rung", "ptrace", "--", "./program", "400000000"])
        .run();
    let result = result(&outcome);
    let row = &result.cpu.as_ref().unwrap().workloads[0];
    let sampler = row.sampler.as_ref().unwrap_or_else(|| panic!("{row:#?}"));
    assert_eq!(sampler.rung, Rung::Ptrace);
    assert!(sampler.samples > 10 && sampler.stopped_s.unwrap() > 0.0, "{sampler:?}");
    assert!(row.remarks.iter().any(|remark| remark.starts_with("each sample stopped a thread")), "{row:#?}");
    assert!(row.trust != Trust::Sound, "{row:#?}");
}

#[test]
fn instructions_of_a_command_are_counted_and_differ_by_those_of_its_rounds() {
    let project = compiled();
    let run = |rounds: &str| {
        let arguments = ["cpu", "--format", "json", "--witness", "callgrind", "--", "./program", rounds];
        project.perfaudit().args(arguments).run()
    };
    let count = |rounds: &str| {
        let result = result(&run(rounds));
        let metric = result.workloads[0].metric(&MetricName::INSTRUCTIONS).cloned();
        metric.unwrap_or_else(|| panic!("{:#?}", result.limits)).figure
    };
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|there| there.status.success()) {
        let refused = run("1000");
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("install the package `valgrind`"), "{}", refused.stderr);
        return;
    }
    // As many digits; the seeds of a hash map differ from run to run and may move a few instructions.
    let (few, more) = (count("2000000").value().unwrap(), count("4000000").value().unwrap());
    let each = (more - few) / 2_000_000.0;
    assert!((each - each.round()).abs() < 0.001 && each >= 1.0, "{few} {more}");
}

/// Works below frames of 24 KiB together, for a moment.
const DEEP: &str = r#"
#[inline(never)]
fn descend(levels: u32) -> u64 {
    let mut frame = [0_u8; 1000];
    std::hint::black_box(&mut frame);
    let below = if levels == 0 { busy() } else { descend(std::hint::black_box(levels - 1)) };
    below + u64::from(std::hint::black_box(&frame)[0])
}
#[inline(never)]
fn busy() -> u64 { (0..20_000_000_u64).fold(1, |sum, i| std::hint::black_box(sum ^ i)) }
fn main() { std::hint::black_box(descend(24)); }
"#;

#[test]
fn a_short_command_with_long_stacks_is_profiled_again_with_larger_pieces_of_them() {
    let project = Project::empty().file("deep.rs", DEEP);
    let compile = ["-O", "-g", "--edition", "2024", "-o", "deep", "deep.rs"];
    assert!(Command::new("rustc").args(compile).current_dir(project.root()).status().unwrap().success());
    let outcome = project.perfaudit().args(["cpu", "--format", "json", "--", "./deep"]).run();
    let result = result(&outcome);
    let row = &result.cpu.as_ref().unwrap().workloads[0];
    let sampler = row.sampler.as_ref().unwrap_or_else(|| panic!("{row:#?}"));
    let kept = sampler.all_steps();
    // One that ends as soon as larger pieces are asked for is taken again with the next size.
    assert!([32_768, 64_000].contains(&sampler.stack_bytes), "{sampler:?}");
    assert_eq!(kept.samples, sampler.samples, "{sampler:?}");
    // The loader has places that cannot be followed.
    assert!(!kept.cuts_too_many() && sampler.truncated * 10 < sampler.samples, "{sampler:?}");
    assert!(sampler.stack_steps.len() > 1, "{sampler:?}");
    let busy = row.hotspots.iter().find(|hotspot| hotspot.symbol.ends_with("busy")).unwrap();
    // Its loop is of inlined functions, which have the time as their own.
    assert!(busy.total_share.value().unwrap() > 0.8, "{row:#?}");
}

#[test]
fn the_preloaded_sampler_is_taken_when_it_is_asked_for() {
    let project = compiled();
    let asked = ["--rung", "agent", "--rate", "100", "--stack-bytes", "8192"];
    let outcome = project
        .perfaudit()
        .args(["cpu", "--format", "json"])
        .args(asked)
        .args(["--", "./program", "400000000"])
        .run();
    let result = result(&outcome);
    let row = &result.cpu.as_ref().unwrap().workloads[0];
    let sampler = row.sampler.as_ref().unwrap_or_else(|| panic!("{row:#?}"));
    assert_eq!((sampler.rung, sampler.asked_hz, sampler.stack_bytes), (Rung::Agent, 100.0, 8192));
    assert!(sampler.refused.is_empty() && sampler.samples > 10, "{sampler:?}");
}
