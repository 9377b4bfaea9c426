use std::num::NonZeroU32;
use std::path::Path;

use perfaudit_exec::Command;
use perfaudit_exec::timed::serve_if_asked;
use perfaudit_result::{Estimate, Figure, MetricName, Of, WorkloadKind};

use super::*;

/// A launcher of this test program, which runs the first test below as one.
fn launcher() -> Launcher {
    let test = "command::tests::a_command_is_a_row_with_samples_and_figures";
    let program = std::env::current_exe().unwrap();
    Launcher::start(&Command::new(program).args(["--exact", test, "--nocapture", "--test-threads=1"]))
        .unwrap()
}

/// A folder to run in, beside a run directory.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    fn spec(&self, name: &str, line: &str, runs: u32) -> CommandSpec {
        let run = CommandLine::Line(line.to_owned());
        CommandSpec { runs: fixed(runs), ..CommandSpec::new(name, run, self.path().to_owned()) }
    }

    fn measure(&self, specs: &[CommandSpec]) -> MeasuredCommands {
        self.measure_within(specs, None, &Interrupt::new())
    }

    fn measure_within(
        &self,
        specs: &[CommandSpec],
        budget: Option<Duration>,
        interrupt: &Interrupt,
    ) -> MeasuredCommands {
        let patience = Duration::from_secs(60);
        let request = CommandRequest {
            specs,
            mode: Mode::Quick,
            budget,
            spent: Duration::ZERO,
            seed: 1,
            patience,
            earlier: None,
            label: "command",
        };
        let mut directory = RunDirectory::create(&self.path().join("run")).unwrap();
        measure_commands(&request, &mut launcher(), &mut directory, interrupt, &mut |_| {}).unwrap()
    }
}

fn fixed(runs: u32) -> Runs {
    Runs::Fixed(NonZeroU32::new(runs).unwrap())
}

fn line(text: &str) -> Option<CommandLine> {
    Some(CommandLine::Line(text.to_owned()))
}

fn figures(measured: &MeasuredCommands, index: usize) -> Vec<(MetricName, Figure)> {
    let row = &measured.workloads[index];
    let samples = &measured.samples[row.samples.as_ref().unwrap()];
    let estimates = command_metrics(row, samples, &measured.runs[&row.id].1, 1).unwrap();
    estimates.metrics.into_iter().map(|metric| (metric.name, metric.figure)).collect()
}

fn figure(figures: &[(MetricName, Figure)], name: &MetricName) -> Figure {
    figures.iter().find(|(known, _)| known == name).unwrap().1.clone()
}

fn said(measured: &MeasuredCommands, index: usize) -> String {
    measured.workloads[index].message.clone().unwrap_or_default()
}

#[test]
fn a_command_is_a_row_with_samples_and_figures() {
    if serve_if_asked().is_some() {
        return;
    }
    let place = Place::new();
    let measured = place.measure(&[place.spec("copy", "dd if=/dev/zero of=/dev/null bs=64M count=1", 8)]);
    let row = &measured.workloads[0];
    assert_eq!(
        (row.id.0.as_str(), row.kind, row.state),
        ("command/copy", WorkloadKind::Command, WorkloadState::Measured)
    );
    assert!(row.binary_sha256.is_some());
    let figures = figures(&measured, 0);
    let median = figure(&figures, &MetricName::WALL_TIME_P50);
    assert_eq!((median.of, median.n), (Of::Process, 8));
    let peak = figure(&figures, &MetricName::RSS_PEAK).value().unwrap();
    assert!((0.98..1.1).contains(&(peak / f64::from(64 << 20))), "{peak}");
    let share = figure(&figures, &MetricName::CPU_UTILISATION).value().unwrap();
    assert!(share > 0.2 && share < 1.1, "{share}");
    for name in ["wall_time.min", "wall_time.max", "page_faults.minor", "context_switches.voluntary"] {
        let figure = figure(&figures, &MetricName(name.into()));
        assert_eq!(figure.of, Of::Process);
    }
    assert!(matches!(figure(&figures, &MetricName::WALL_TIME_P95).estimate, Estimate::NotEstimable { .. }));
}

#[test]
fn a_sleeping_command_uses_no_cpu_and_a_spinning_one_all_of_it() {
    let place = Place::new();
    let spin = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    let measured = place.measure(&[place.spec("sleep", "sleep 0.1", 6), place.spec("spin", spin, 6)]);
    let share = |index| figure(&figures(&measured, index), &MetricName::CPU_UTILISATION).value().unwrap();
    assert!(share(0) < 0.2, "{}", share(0));
    assert!(share(1) > 2.0 * share(0), "{}", share(1));
}

#[test]
fn peak_memory_below_the_launchers_own_is_not_made_up() {
    let place = Place::new();
    let run = CommandLine::Argv(vec!["true".to_owned()]);
    let spec = CommandSpec { runs: fixed(6), ..CommandSpec::new("tiny", run, place.path().to_owned()) };
    let measured = place.measure(&[spec]);
    let peak = figure(&figures(&measured, 0), &MetricName::RSS_PEAK);
    let Estimate::AtMost { bound, reason } = peak.estimate else { panic!("{peak:?}") };
    assert!(bound > 0.0 && reason.contains("at most"), "{bound}: {reason}");
}

#[test]
fn commands_take_turns_and_one_that_is_prepared_runs_alone() {
    let place = Place::new();
    let log = |name: &str| place.spec(name, &format!("printf {name} >> log"), 12);
    let prepared = CommandSpec { prepare: line("printf p >> log").map(Preparation::Run), ..log("c") };
    let measured = place.measure(&[log("a"), prepared, log("b")]);
    let order = place.read("log");
    // One warm-up run of each comes first.
    assert_eq!(order.len(), 13 + 26 + 13);
    assert_eq!(&order[..2], "ab");
    assert!(order.as_bytes()[2..26].chunks(2).all(|pair| pair[0] != pair[1]), "{order}");
    assert_eq!(&order[26..], "pc".repeat(13));
    assert_eq!(measured.workloads[1].order, Some(24));
}

#[test]
fn setup_and_cleanup_run_once_also_when_the_command_fails() {
    let place = Place::new();
    let spec = CommandSpec {
        setup: line("printf s >> log"),
        cleanup: line("printf e >> log"),
        ..place.spec("broken", "printf r >> log; echo 'out of cheese' >&2; exit 7", 6)
    };
    let measured = place.measure(&[spec]);
    assert_eq!(place.read("log"), "sre");
    assert_eq!(measured.workloads[0].state, WorkloadState::Failed);
    assert_eq!(said(&measured, 0), "exit code 7, which is not accepted\nout of cheese");
}

#[test]
fn a_failing_setup_is_told_by_its_name_and_the_command_is_not_run() {
    let place = Place::new();
    let spec = CommandSpec { setup: line("echo nope >&2; exit 1"), ..place.spec("x", "printf r >> log", 6) };
    let measured = place.measure(&[spec]);
    assert_eq!(place.read("log"), "");
    assert!(said(&measured, 0).starts_with("`setup` failed (`echo nope >&2; exit 1`): exit code 1"));
}

#[test]
fn a_command_that_fails_later_keeps_what_was_measured_before() {
    let place = Place::new();
    let script = "printf x >> log; test $(wc -c < log) -lt 6";
    let measured = place.measure(&[place.spec("late", script, 20)]);
    let row = &measured.workloads[0];
    assert_eq!(row.state, WorkloadState::Failed);
    assert_eq!(measured.samples[row.samples.as_ref().unwrap()].times().len(), 4);
    assert!(said(&measured, 0).starts_with("after 4 runs: exit code 1"), "{}", said(&measured, 0));
}

#[test]
fn a_command_that_kills_what_starts_it_fails_and_the_others_are_measured() {
    let place = Place::new();
    let deadly = place.spec("deadly", "kill -KILL $PPID; sleep 600", 6);
    let measured = place.measure(&[deadly, place.spec("sound", "exit 0", 6)]);
    assert_eq!(measured.workloads[0].state, WorkloadState::Failed);
    assert!(said(&measured, 0).contains("killed by SIGKILL"), "{}", said(&measured, 0));
    assert_eq!(measured.samples[measured.workloads[1].samples.as_ref().unwrap()].times().len(), 6);
}

#[test]
fn accepted_exit_codes_and_changing_output_are_told() {
    let place = Place::new();
    let exit = AcceptedExit::Codes([0, 3].into());
    let spec = CommandSpec { exit, ..place.spec("odd", "printf x >> log; wc -c < log; exit 3", 6) };
    let measured = place.measure(&[spec]);
    assert_eq!(measured.workloads[0].state, WorkloadState::Measured);
    let said = said(&measured, 0);
    assert!(said.contains("exit code 3, which is accepted"), "{said}");
    assert!(said.contains("not the same in all runs (6 different ones)"), "{said}");
    assert!(said.contains("goes through `sh -c`"), "{said}");
}

#[test]
fn a_program_that_is_not_there_and_one_that_hangs_are_rows() {
    let place = Place::new();
    let hanging =
        CommandSpec { timeout: Some(Duration::from_millis(200)), ..place.spec("hang", "sleep 600", 6) };
    let measured = place.measure(&[place.spec("missing", "no-such-program-here", 6), hanging]);
    assert_eq!(measured.workloads[0].state, WorkloadState::Failed);
    assert!(said(&measured, 0).contains("no-such-program-here"));
    assert_eq!(measured.workloads[1].state, WorkloadState::TimedOut);
}

#[test]
fn a_spent_budget_and_an_interrupt_leave_rows_that_say_so() {
    let place = Place::new();
    let specs = [place.spec("slow", "sleep 0.3", 100), place.spec("other", "sleep 0.3", 100)];
    let measured = place.measure_within(&specs, Some(Duration::from_secs(2)), &Interrupt::new());
    assert!(measured.out_of_budget);
    assert!(measured.workloads.iter().all(|row| row.state == WorkloadState::Measured));
    let made: Vec<usize> = measured.runs.values().map(|(_, runs)| runs.runs.len()).collect();
    assert!(made[0].abs_diff(made[1]) <= 1, "{made:?}");
    assert!(said(&measured, 0).contains("the budget left time for"), "{}", said(&measured, 0));
    let interrupt = Interrupt::new();
    interrupt.set();
    let other = Place::new();
    let measured = other.measure_within(&[other.spec("a", "sleep 1", 6)], None, &interrupt);
    assert!(measured.interrupted);
    assert_eq!(measured.workloads[0].state, WorkloadState::NotRun);
}

#[test]
fn what_was_observed_survives_the_way_through_json() {
    let place = Place::new();
    let cold = Cache::Cold { also: Vec::new() };
    std::fs::write(place.path().join("data"), "hello").unwrap();
    let measured = place.measure(&[CommandSpec { cache: cold, ..place.spec("cat", "cat data", 6) }]);
    let (artifact, runs) = &measured.runs[&measured.workloads[0].id];
    let text = std::fs::read_to_string(place.path().join("run").join(&artifact.0)).unwrap();
    assert_eq!(&serde_json::from_str::<CommandRuns>(&text).unwrap(), runs);
    assert!(runs.dropped_from_cache.iter().any(|path| path.ends_with("/data")), "{runs:?}");
    assert!(said(&measured, 0).contains("measured cold: 2 files"), "{}", said(&measured, 0));
    let mut paddings: Vec<u16> = runs.runs.iter().map(|run| run.padding).collect();
    paddings.dedup();
    assert_eq!(paddings.len(), 6);
}

#[test]
fn commands_against_themselves_give_pairs_of_runs_of_each() {
    let place = Place::new();
    let specs = [place.spec("one", "true", 1), place.spec("other", "true", 1)];
    let budget = Duration::from_secs(60);
    let measured = measure_against_themselves(&specs, budget, 1, &mut launcher(), &Interrupt::new()).unwrap();
    assert_eq!(measured.iter().map(|pairs| pairs.name.as_str()).collect::<Vec<_>>(), ["one", "other"]);
    for pairs in &measured {
        let noise = kernel_noise(pairs).unwrap();
        assert!(noise.ratio >= 0.0 && noise.pairs >= 5, "{noise:?}");
    }
}

#[test]
fn a_command_that_fails_is_not_compared_with_itself() {
    let place = Place::new();
    let specs = [place.spec("broken", "false", 1)];
    let budget = Duration::from_secs(60);
    let failed = measure_against_themselves(&specs, budget, 1, &mut launcher(), &Interrupt::new());
    assert!(matches!(failed, Err(SelfPairsError::Failed { .. })), "{failed:?}");
}
