//! `perfaudit heap -- COMMAND`: programs with an allocator of their own, and sampled ones.

use std::process::Command;

use perfaudit_result::{Estimate, HeapScope, Trust, WorkloadHeap};

use crate::support::{Audited, MANIFEST, Project};

/// A project with one program, which is built as `./program`.
fn project(source: &str, options: &[&str]) -> Project {
    let project = Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n")
        .file("src/main.rs", source);
    let compiled = Command::new("rustc")
        .args(["--crate-name", "small", "--edition", "2021", "-O", "-g", "-o", "program", "src/main.rs"])
        .args(options)
        .current_dir(project.root())
        .status();
    assert!(compiled.expect("rustc is there").success());
    project
}

fn counted(project: &Project, options: &[&str]) -> Audited {
    let out = project.home().join(format!("out-{}", options.len()));
    let counted = project.perfaudit().args(["heap", "--verbose", "--seed", "1", "--out"]).args([&out]);
    let audited = Audited::read(counted.args(options).args(["--", "./program"]).run(), &out);
    project.nothing_survives();
    audited
}

fn row(audited: &Audited) -> &WorkloadHeap {
    &audited.result.heap.as_ref().expect("allocations were counted").workloads[0]
}

/// The functions by which Rust programs call mimalloc, here on top of the C library's.
const OWN_ALLOCATOR: &str = include_str!("../../../../testdata/projects/allocations/own_allocator.rs");

const KEEP: &str = include_str!("../../../../testdata/projects/allocations/criterion/src/main.rs");

#[test]
fn a_program_with_a_global_allocator_of_its_own_is_counted_at_the_lines_that_ask_for_memory() {
    // Attributes and comments of a file stand before everything else in it.
    let keep: String =
        KEEP.lines().filter(|line| !line.starts_with("//!")).flat_map(|line| [line, "\n"]).collect();
    let project = project(&format!("{OWN_ALLOCATOR}{keep}"), &[]);
    let audited = counted(&project, &[]);
    let row = row(&audited);
    assert_eq!((row.scope, row.exact, row.trust), (HeapScope::WholeRun, true, Trust::Sound), "{row:#?}");
    let of_main: Vec<(u64, u64)> = (row.sites.iter())
        .filter(|site| site.symbol == "small::main")
        .map(|site| (site.direct.count, site.direct.bytes))
        .collect();
    assert_eq!(of_main, [(1, 1_000_000), (1000, 100_000)], "{:#?}", row.sites);
}

#[test]
fn a_program_whose_allocator_has_no_names_left_is_refused_and_says_what_to_do() {
    let named = r#"fn main() { println!("{}", std::hint::black_box("mimalloc: warning: none")); }"#;
    let project = project(named, &["-C", "strip=symbols"]);
    let audited = counted(&project, &[]);
    let row = audited.result.heap.as_ref().and_then(|heap| heap.workloads.first());
    assert!(row.is_none_or(|row| row.totals.count == 0), "{row:#?}");
    let told = format!("{}{}{}", audited.outcome.stdout, audited.outcome.stderr, audited.file("report.md"));
    assert!(told.contains("names of its functions are stripped"), "{told}");
    assert!(told.contains("build it with"), "{told}");
}

#[test]
fn a_sampled_command_has_exact_totals_and_estimates_of_lines_that_hold_the_truth() {
    let project = project(KEEP, &[]);
    let exact = row(&counted(&project, &[])).totals;
    let audited = counted(&project, &["--sample", "2000"]);
    let row = row(&audited);
    assert!(!row.exact && row.remarks.iter().any(|remark| remark.contains("one in 2000")), "{row:#?}");
    assert_eq!((row.totals.count, row.totals.bytes), (exact.count, exact.bytes));
    let main = row.sites.iter().find(|site| site.line == Some(4)).expect("its block is larger than any gap");
    let figure = main.bytes_estimate.as_ref().expect("lines are estimated");
    assert!(matches!(figure.estimate, Estimate::WithInterval { .. }), "{figure:?}");
    assert!(figure.interval().is_some_and(|interval| interval.lower() <= 1e6 && 1e6 <= interval.upper()));
}
