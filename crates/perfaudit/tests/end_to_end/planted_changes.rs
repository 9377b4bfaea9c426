//! Changes of a known size in benchmarks of each real harness: one benchmark does exactly half as much work again, one
//! beside it is left as it was.

use perfaudit_result::{AuditResult, PairedRow, PairedVerdict, from_json};

use crate::comparisons::commit;
use crate::support::Project;

/// A round of it waits for the one before, so that twice as many take twice as long; the compiler cannot foresee it.
const WORK: &str = "
#[inline(never)]
pub fn work(rounds: u32) -> u64 {
    let mut state = u64::from(std::hint::black_box(rounds)) | 1;
    for _ in 0..rounds {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}
";
const ROUNDS: u32 = 2_000;
const MORE: u32 = 3_000;

/// Commits a benchmark file whose `planted` does so many rounds in the first and more in the second commit; `{planted}`
/// and `{steady}` of `source` are what both do.
fn with_two_commits(project: Project, file: &str, source: &str) -> Project {
    let project = project.under_git();
    for rounds in [ROUNDS, MORE] {
        let of = |rounds: u32| format!("work({rounds})");
        let source = source.replace("{planted}", &of(rounds)).replace("{steady}", &of(ROUNDS));
        project.write(file, &format!("{source}{WORK}"));
        commit(&project);
    }
    project
}

/// Compares both commits; dependencies may come from the registry.
fn compared(project: &Project, arguments: &[&str]) -> AuditResult {
    let fixed = [
        "compare", "HEAD~1", "HEAD", "--seed", "1", "--mode", "quick", "--budget", "100s", "--format", "json",
    ];
    let outcome = project.quietly(&[&fixed, arguments].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    from_json(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr))
}

fn row<'a>(result: &'a AuditResult, name: &str) -> &'a PairedRow {
    let rows = &result.paired.as_ref().expect("two sides were compared").rows;
    rows.iter().find(|row| row.id.0.ends_with(name)).unwrap_or_else(|| panic!("{name} is none of {rows:#?}"))
}

/// The planted change is told, on the right side of zero, and what was left as it was is none.
fn only_the_planted_change_is_told(result: &AuditResult) {
    let planted = row(result, "planted");
    assert_eq!(planted.verdict, PairedVerdict::Worse, "{planted:#?}");
    assert!(planted.effect.interval().is_some_and(|interval| interval.lower() > 0.0), "{planted:#?}");
    let steady = row(result, "steady");
    assert!(!steady.verdict.is_change(), "{steady:#?}");
}

#[test]
fn a_change_is_told_in_a_criterion_suite() {
    let source = "
use criterion::{Criterion, criterion_group, criterion_main};
fn both(criterion: &mut Criterion) {
    criterion.bench_function(\"planted\", |bencher| bencher.iter(|| {planted}));
    criterion.bench_function(\"steady\", |bencher| bencher.iter(|| {steady}));
}
criterion_group!(benches, both);
criterion_main!(benches);
";
    let file = "criterion-0-8/benches/throughput.rs";
    let project = with_two_commits(Project::own_copy_of("criterion-suites"), file, source);
    let result = compared(&project, &["-p", "criterion-0-8", "--bench", "throughput"]);
    only_the_planted_change_is_told(&result);
}

#[test]
fn a_change_is_told_in_a_divan_suite() {
    let source = "
fn main() { divan::main(); }
#[divan::bench]
fn planted() -> u64 { {planted} }
#[divan::bench]
fn steady() -> u64 { {steady} }
";
    let project = with_two_commits(Project::own_copy_of("divan-suite"), "benches/suite.rs", source);
    only_the_planted_change_is_told(&compared(&project, &["--bench", "suite"]));
}

#[test]
fn a_change_is_told_in_bench_functions() {
    let source = "#![feature(test)]
extern crate test;
#[bench]
fn planted(bencher: &mut test::Bencher) { bencher.iter(|| {planted}); }
#[bench]
fn steady(bencher: &mut test::Bencher) { bencher.iter(|| {steady}); }
";
    let project = Project::own_copy_of("libtest-suite")
        // Any toolchain takes them by this.
        .file(".cargo/config.toml", "[env]\nRUSTC_BOOTSTRAP = \"1\"\n");
    let project = with_two_commits(project, "benches/suite.rs", source);
    only_the_planted_change_is_told(&compared(&project, &["--bench", "suite"]));
}
