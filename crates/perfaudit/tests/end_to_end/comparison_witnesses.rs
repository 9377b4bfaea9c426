//! What stands beside a verdict on time: other metrics, counts, functions. The programs do a known amount of work, so
//! that no clock decides a test.

use std::process::Command;

use perfaudit_result::{
    AuditResult, MetricName, PairedRow, PairedVerdict, WitnessOfTime, WitnessSays, from_json,
};

use crate::support::Project;

/// Makes as many boxes as its first argument says, and works as often as the second one does.
const PROGRAM: &str = r#"
use std::hint::black_box;
#[inline(never)]
fn grown(n: u64) -> u64 {
    let mut state = 1_u64;
    for _ in 0..n { state ^= state << 13; state ^= state >> 7; state ^= state << 17; }
    state
}
#[inline(never)]
fn same(n: u64) -> u64 {
    let mut state = 1_u64;
    for _ in 0..n { state ^= state << 9; state ^= state >> 5; state ^= state << 11; }
    state
}
fn main() {
    let number = |at: usize| std::env::args().nth(at).unwrap().parse::<u64>().unwrap();
    let boxes: Vec<Box<[u8; 100]>> = (0..number(1)).map(|_| Box::new([1; 100])).collect();
    let mut sum = boxes.len() as u64;
    for _ in 0..number(2) { sum ^= grown(black_box(100_000)) ^ same(black_box(10_000)); }
    for _ in 0..100 { sum ^= same(black_box(10_000)); }
    black_box((sum, boxes));
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

fn compare(project: &Project, arguments: &[&str]) -> AuditResult {
    let fixed = ["compare", "--seed", "1", "--mode", "quick", "--format", "json", "--noise-floor", "stored"];
    let outcome = project.perfaudit().env("PERFAUDIT_SKIP", "source").args(fixed).args(arguments).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    from_json(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr))
}

fn row(result: &AuditResult) -> &PairedRow {
    &result.paired.as_ref().expect("two sides were compared").rows[0]
}

#[test]
fn commands_have_their_allocations_counted_exactly() {
    let project = compiled();
    let result = compare(&project, &["cmd:./program 1000 20", "cmd:./program 1001 20"]);
    let row = row(&result);
    let witness = |metric: &MetricName| {
        let found = row.witnesses.iter().find(|witness| witness.metric == *metric);
        found.unwrap_or_else(|| panic!("{metric:?} is not among {:?}: {:?}", row.witnesses, row.remarks))
    };
    let blocks = witness(&MetricName::ALLOC_COUNT);
    assert!(blocks.is_exact() && blocks.counts == 2, "{blocks:?}");
    assert_eq!((blocks.says, blocks.after[0] - blocks.before[0]), (WitnessSays::More, 1));
    // One box, and room for one more pointer.
    let bytes = witness(&MetricName::ALLOC_BYTES);
    assert_eq!((bytes.says, bytes.after[0] - bytes.before[0]), (WitnessSays::More, 108));
}

#[test]
fn a_command_that_works_three_times_as_long_names_the_function_and_its_cpu_time() {
    let project = compiled();
    let result = compare(&project, &["cmd:./program 5 40", "cmd:./program 5 120"]);
    let row = row(&result);
    assert_eq!(row.verdict, PairedVerdict::Worse);
    let cpu =
        row.metrics.iter().find(|metric| metric.metric == MetricName::CPU_TIME).expect("it is measured");
    assert_eq!(cpu.verdict, PairedVerdict::Worse);
    // What is allocated says nothing of time.
    let mut others = row.witnesses.iter().filter(|witness| witness.metric != MetricName::INSTRUCTIONS);
    assert!(others.all(|witness| witness.of_time.is_none()));
    let functions = row.functions.as_ref().unwrap_or_else(|| panic!("{:?}", row.remarks));
    let slower: Vec<&str> = functions.difference.slower.iter().map(|change| change.symbol.as_str()).collect();
    assert!(slower.contains(&"program::grown"), "{functions:?}");
    assert!(functions.samples.into_iter().all(|samples| samples > 100), "{functions:?}");
}

#[test]
fn the_95th_percentile_of_processes_is_compared_when_it_is_asked_for_and_otherwise_says_what_it_takes() {
    let project = compiled();
    let p95 = |result: &AuditResult| {
        let all = row(result).metrics.clone();
        all.into_iter().find(|metric| metric.metric == MetricName::WALL_TIME_P95).expect("it is told")
    };
    let commands = ["cmd:./program 5 1", "cmd:./program 5 40"];
    let few = compare(&project, &commands);
    let reason = p95(&few).effect.reason().expect("it is not estimable").to_owned();
    assert!(reason.contains("takes 117, which `--p95` measures"), "{reason}");
    let many = compare(&project, &[&commands[..], &["--p95"]].concat());
    let found = p95(&many);
    // Either it is compared, or the machine was so uneven that the processes hang together.
    match found.effect.value() {
        Some(_) => assert_eq!((found.effect.n, found.verdict), (117, PairedVerdict::Worse)),
        None => assert!(found.effect.reason().unwrap().contains("hang together"), "{found:?}"),
    }
    // The verdict is of the pairs up to the look that decided it, whatever was measured after it.
    assert!(row(&many).pairs < 117, "{}", row(&many).pairs);
}

fn is_valgrind_there() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|there| there.status.success())
}

#[test]
fn a_change_that_is_more_work_is_one_by_its_instructions_which_nobody_asked_for() {
    let project = compiled();
    let result = compare(&project, &["cmd:./program 5 100", "cmd:./program 5 150"]);
    let row = row(&result);
    assert_eq!(row.verdict, PairedVerdict::Worse, "{row:#?}");
    let counted = row.witnesses.iter().find(|witness| witness.metric == MetricName::INSTRUCTIONS);
    match counted {
        Some(witness) => assert_eq!(witness.of_time, Some(WitnessOfTime::Confirmed)),
        None if is_valgrind_there() => panic!("they were not counted: {row:#?}"),
        None => assert!(row.remarks.iter().any(|said| said.contains("install the package `valgrind`"))),
    }
}

#[test]
fn a_command_that_sleeps_longer_is_a_change_though_it_runs_the_same_instructions() {
    let project = Project::empty();
    let result = compare(&project, &["cmd:sleep 0.10", "cmd:sleep 0.13", "--witness", "callgrind"]);
    let row = row(&result);
    assert_eq!((row.verdict, row.unsettled.as_ref()), (PairedVerdict::Worse, None), "{row:#?}");
}

/// Calls one of two functions that run as many instructions, by turns of 64 or in an order that no CPU foresees, as it is
/// built.
const FORESEEN_OR_NOT: &str = r#"
use std::hint::black_box;
#[inline(never)]
fn left(state: u64) -> u64 { (state ^ 0x1234).rotate_left(7) }
#[inline(never)]
fn right(state: u64) -> u64 { (state ^ 0x4321).rotate_left(9) }
fn main() {
    let scrambled: u64 = black_box(env!("SCRAMBLED")).parse().unwrap();
    let both: [fn(u64) -> u64; 2] = black_box([left, right]);
    let (mut order, mut sum) = (1_u64, 1_u64);
    for turn in 0..2_000_000_u64 {
        for _ in 0..3 { order ^= order << 13; order ^= order >> 7; order ^= order << 17; }
        let chosen = ((order.wrapping_mul(scrambled) >> 40) ^ (turn >> 6)) & 1;
        sum = sum.wrapping_add(both[chosen as usize](black_box(turn)));
    }
    black_box(sum);
}
"#;

#[test]
fn the_same_instructions_that_take_another_time_are_no_change() {
    if !is_valgrind_there() {
        return;
    }
    let project = Project::empty().file("program.rs", FORESEEN_OR_NOT);
    for scrambled in ["0", "1"] {
        let status = Command::new("rustc")
            .args(["-O", "--edition", "2024", "-o", scrambled, "program.rs"])
            .env("SCRAMBLED", scrambled)
            .current_dir(project.root())
            .status()
            .expect("there is a compiler");
        assert!(status.success());
    }
    let result = compare(&project, &["bin:0", "bin:1"]);
    let row = row(&result);
    assert_eq!(row.verdict, PairedVerdict::Inconclusive, "{row:#?}");
    // Where so few pairs show it on this machine, that is told with what it would take.
    if let Some(why) = &row.unsettled {
        assert!(why.starts_with("both sides run the same instructions: "), "{why}");
        assert!(result.limits.iter().any(|limit| limit.code == "layout-or-change"));
        assert!(
            row.metrics
                .iter()
                .all(|metric| metric.metric == MetricName::RSS_PEAK || !metric.verdict.is_change())
        );
    }
}
