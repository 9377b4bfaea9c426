use std::time::Duration;

use super::*;
use crate::{Interrupt, OutputLimit};

/// A launcher of this test program, which runs the test below as one.
fn launcher() -> Launcher {
    let test = "timed::tests::a_launcher_runs_what_it_is_asked_to";
    let program = std::env::current_exe().unwrap();
    Launcher::start(&Command::new(program).args(["--exact", test, "--nocapture", "--test-threads=1"]))
        .unwrap()
}

fn timed(command: Command) -> TimedCommand {
    TimedCommand { command, input: None, output: OutputUse::Hashed }
}

fn sh(script: &str) -> TimedCommand {
    timed(Command::new("sh").args(["-c", script]))
}

/// Touches this much memory: `dd` fills a buffer of one block.
fn occupying(mebibytes: u64) -> TimedCommand {
    let block = format!("bs={mebibytes}M");
    timed(Command::new("dd").args(["if=/dev/zero", "of=/dev/null", &block, "count=1"]))
}

fn run(launcher: &mut Launcher, command: &TimedCommand) -> Timed {
    launcher.run(command, &Interrupt::new()).unwrap()
}

fn is_alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'))
}

#[test]
fn a_launcher_runs_what_it_is_asked_to() {
    if serve_if_asked().is_some() {
        return;
    }
    let mut launcher = launcher();
    let finished = run(&mut launcher, &sh("printf hello; echo oops >&2; exit 3"));
    assert_eq!(finished.ending, Ending::Exited(3));
    assert_eq!(finished.stderr, "oops\n");
    let stdout = finished.stdout.unwrap();
    assert_eq!(stdout.bytes, 5);
    assert_eq!(stdout.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_eq!(run(&mut launcher, &sh("kill -SEGV $$")).ending, Ending::Signalled(11));
}

#[test]
fn the_peak_memory_of_a_program_is_its_own_and_not_that_of_a_large_starter() {
    let large = vec![1_u8; 500 << 20];
    let mut launcher = launcher();
    for mebibytes in [32_u64, 100] {
        let PeakRss::Measured(bytes) = run(&mut launcher, &occupying(mebibytes)).peak_rss else { panic!() };
        let share = bytes as f64 / (mebibytes << 20) as f64;
        assert!((0.98..1.15).contains(&share), "{mebibytes} MiB were reported as {bytes} bytes");
    }
    assert!(large.iter().all(|&byte| byte == 1));
}

#[test]
fn a_program_smaller_than_the_launcher_is_at_most_as_large_as_that() {
    match run(&mut launcher(), &timed(Command::new("true"))).peak_rss {
        PeakRss::AtMost(bytes) => assert!(bytes < 64 << 20, "{bytes}"),
        PeakRss::Measured(bytes) => panic!("{bytes} bytes are the launcher's"),
    }
}

#[test]
fn cpu_time_and_page_faults_are_those_of_this_child_alone() {
    let mut launcher = launcher();
    let spin = sh("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; times");
    let busy = run(&mut launcher, &spin);
    let idle = run(&mut launcher, &sh("sleep 0.05"));
    assert!(busy.user + busy.system > (idle.user + idle.system) * 5, "{busy:?} {idle:?}");
    assert!(idle.voluntary_switches >= 1, "{idle:?}");
    let few = run(&mut launcher, &occupying(1)).minor_faults;
    let many = run(&mut launcher, &occupying(65)).minor_faults;
    // 64 MiB are 16384 pages, or 32 huge ones.
    assert!(many >= few + 32, "{few} {many}");
    let again = run(&mut launcher, &occupying(1)).minor_faults;
    assert!(again < few + 32, "{few} {again}");
}

#[test]
fn the_cpu_time_of_a_waited_for_grandchild_counts() {
    let mut launcher = launcher();
    let spin = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    let direct = run(&mut launcher, &sh(spin));
    let nested = run(&mut launcher, &sh(&format!("sh -c '{spin}'; true")));
    let ratio = (nested.user + nested.system).as_secs_f64() / (direct.user + direct.system).as_secs_f64();
    assert!(ratio > 0.4, "{ratio}");
}

#[test]
fn a_child_that_ignores_sigterm_is_ended_at_its_limit() {
    let mut command = sh("trap '' TERM; while :; do sleep 0.05; done");
    command.command = command.command.time_limit(Duration::from_millis(200));
    let mut launcher = launcher();
    assert_eq!(run(&mut launcher, &command).ending, Ending::TimedOut);
    assert!(run(&mut launcher, &sh("true")).ending.is_success());
}

#[test]
fn an_interrupt_ends_the_child() {
    let interrupt = Interrupt::new();
    interrupt.set();
    let finished = launcher().run(&sh("sleep 600"), &interrupt).unwrap();
    assert_eq!(finished.ending, Ending::Interrupted);
}

#[test]
fn what_a_child_leaves_behind_is_counted_and_ended_even_without_its_environment() {
    let mut launcher = launcher();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!(
        "env -i setsid sh -c 'echo $$ > {0}; exec sleep 600' & while [ ! -s {0} ]; do sleep 0.01; done",
        file.display()
    );
    let finished = run(&mut launcher, &sh(&script));
    assert!(finished.ending.is_success());
    assert_eq!(finished.strays, 1);
    assert!(!is_alive(&std::fs::read_to_string(file).unwrap()));
    assert_eq!(run(&mut launcher, &sh("sleep 600 & exit 0")).strays, 1);
    assert_eq!(run(&mut launcher, &sh("true")).strays, 0);
}

#[test]
fn a_command_dies_with_its_launcher() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let mut launcher = launcher();
    let launcher_pid = launcher.process.child.id();
    let script = format!("echo $$ > {}; kill -KILL {launcher_pid}; exec sleep 600", file.display());
    assert!(matches!(launcher.run(&sh(&script), &Interrupt::new()), Err(TimedError::Lost { .. })));
    assert!(!is_alive(&std::fs::read_to_string(file).unwrap()));
}

#[test]
fn a_launcher_that_was_killed_is_replaced_once() {
    let mut launcher = launcher();
    let deadly = sh("kill -KILL $PPID; exec sleep 600");
    let lost = launcher.run(&deadly, &Interrupt::new()).unwrap_err();
    assert!(lost.to_string().contains("(killed by SIGKILL)"), "{lost}");
    assert!(run(&mut launcher, &sh("true")).ending.is_success());
    for _ in 0..2 {
        assert!(matches!(launcher.run(&deadly, &Interrupt::new()), Err(TimedError::Lost { .. })));
    }
}

#[test]
fn a_command_reads_the_input_it_is_given_and_none_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    std::fs::write(&path, "hello").unwrap();
    let mut launcher = launcher();
    let with = TimedCommand { input: Some(path), ..timed(Command::new("cat")) };
    assert_eq!(run(&mut launcher, &with).stdout.unwrap().bytes, 5);
    assert_eq!(run(&mut launcher, &timed(Command::new("cat"))).stdout.unwrap().bytes, 0);
}

#[test]
fn a_flood_on_both_streams_is_hashed_and_bounded() {
    let mut command = sh("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2");
    command.command = command.command.output_limit(OutputLimit(1000));
    let finished = run(&mut launcher(), &command);
    assert_eq!(finished.stdout.unwrap().bytes, 20_000_000);
    assert!(finished.stderr.len() < 5000);
}

#[test]
fn a_program_that_is_not_there_is_refused_with_its_name_and_the_launcher_goes_on() {
    let mut launcher = launcher();
    let error = launcher.run(&timed(Command::new("no-such-program-here")), &Interrupt::new()).unwrap_err();
    assert!(error.to_string().contains("no-such-program-here"), "{error}");
    assert!(run(&mut launcher, &sh("true")).ending.is_success());
}

#[test]
fn a_program_that_is_no_launcher_is_told_so() {
    assert!(matches!(Launcher::start(&Command::new("true")), Err(TimedError::NoLauncher)));
}

#[test]
fn a_measured_program_does_not_see_that_a_launcher_started_it() {
    let finished = run(&mut launcher(), &sh("test -z \"$PERFAUDIT_LAUNCHER\""));
    assert!(finished.ending.is_success());
}
