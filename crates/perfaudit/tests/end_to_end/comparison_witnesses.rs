//! What stands beside a verdict on time: other metrics, counts, functions. The programs do a known amount of work, so
//! that no clock decides a test.

use std::process::Command;

use perfaudit_result::{AuditResult, MetricName, PairedRow, PairedVerdict, WitnessSays, from_json};

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
    assert!(row.witnesses.iter().all(|witness| witness.of_time.is_none()));
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
