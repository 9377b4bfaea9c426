//! Allocations of benchmarks and commands whose answer is known.

use std::process::Command;
use std::sync::LazyLock;

use perfaudit_result::{Finding, HeapScope, HeapSite, MetricName, SloStatus, Trust, WorkloadHeap};

use crate::support::{Audited, MANIFEST, Project};

static PROJECT: LazyLock<Project> = LazyLock::new(|| Project::copy_of("allocations"));

static AUDITED: LazyLock<Audited> =
    LazyLock::new(|| PROJECT.audit_quietly(&["--only", "heap", "--budget", "80s"]));

fn row(title: &str) -> &'static WorkloadHeap {
    let heap = AUDITED.result.heap.as_ref().expect("allocations were counted");
    let id = format!("known/exact/{title}");
    let row = heap.workloads.iter().find(|row| row.id.0 == id);
    row.unwrap_or_else(|| panic!("no {id} among {:#?}", heap.workloads))
}

/// Blocks and bytes for each iteration.
fn each(title: &str) -> (f64, f64) {
    let each = row(title).per_iteration.as_ref().expect("iterations are known");
    (each.count.value().expect("counted"), each.bytes.value().expect("counted"))
}

fn top(title: &str) -> &'static HeapSite {
    row(title).sites.first().expect("it allocates")
}

#[test]
fn bytes_and_blocks_of_an_iteration_are_exact_and_fixtures_are_left_out() {
    assert_eq!(each("known/two blocks"), (2.0, 824.0));
    let row = row("known/two blocks");
    assert_eq!((row.trust, row.exact, row.scope), (Trust::Sound, true, HeapScope::Iterations));
    let figure = &row.per_iteration.as_ref().unwrap().bytes;
    assert!(figure.n > 50 && figure.interval().is_some(), "{figure:?}");
    assert!(row.excluded.bytes > 20_000 * 36, "{:?}", row.excluded);
    assert_eq!((top("known/two blocks").symbol.as_str(), row.sites.len()), ("known::two_blocks", 1));
    assert_eq!(row.totals.bytes, 824 * row.iterations.unwrap());
}

#[test]
fn set_up_in_the_function_that_measures_is_left_out() {
    assert_eq!(each("known/batched"), (1.0, 1000.0));
    assert_eq!(top("known/batched").symbol, "known::copied");
}

#[test]
fn growth_is_priced_at_the_line_that_owns_the_container() {
    assert_eq!(each("known/growing"), (9.0, 8176.0));
    let (site, n) = (top("known/growing"), row("known/growing").iterations.unwrap());
    assert_eq!((site.symbol.as_str(), site.file.as_deref()), ("known::grown", Some("criterion/src/lib.rs")));
    assert_eq!((site.counts.grow_count, site.counts.grow_bytes), (8 * n, 4080 * n));
    assert_eq!(site.counts.live, 0);
}

#[test]
fn a_routine_that_allocates_nothing_has_zeros_and_is_no_failure() {
    assert_eq!(each("known/nothing"), (0.0, 0.0));
    assert_eq!(row("known/nothing").trust, Trust::Sound);
}

#[test]
fn other_threads_count_for_the_routine_and_that_is_said() {
    let (_, bytes) = each("known/thread");
    assert!((5000.0..7000.0).contains(&bytes), "{bytes}");
    assert!(row("known/thread").remarks.iter().any(|remark| remark.contains("other threads")));
}

#[test]
fn iterations_that_differ_have_a_mean_without_an_interval() {
    let each = row("known/every second").per_iteration.as_ref().unwrap();
    assert!(each.bytes.interval().is_none());
    assert!((each.bytes.value().unwrap() - 32.0).abs() < 1.0, "{:?}", each.bytes);
}

#[test]
fn a_warm_up_that_the_source_sets_does_not_hide_the_number_of_iterations() {
    assert_eq!(each("own warm-up/two blocks"), (2.0, 824.0));
}

#[test]
fn allocations_are_metrics_of_the_workload() {
    let workload = AUDITED.row("known/exact/known/growing");
    assert_eq!(workload.metric(&MetricName::ALLOC_BYTES).unwrap().figure.value(), Some(8176.0));
    assert_eq!(workload.metric(&MetricName::ALLOC_COUNT).unwrap().figure.value(), Some(9.0));
}

#[test]
fn a_command_is_counted_whole_and_an_objective_holds_it_to_that() {
    // The buffer of `dd` is one block of 8 MiB and some alignment.
    let project = Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n")
        .file("src/lib.rs", "")
        .file(
            "perfaudit.toml",
            "[[command]]\nname = \"fill\"\nrun = [\"dd\", \"if=/dev/zero\", \"of=/dev/null\", \"bs=8M\", \"count=1\", \"status=none\"]\nruns = 6\n\n\
             [[slo]]\nmetric = \"alloc.bytes\"\nworkload = \"command/*\"\nlimit = \"20 MB\"\n\n\
             [[slo]]\nmetric = \"alloc.count\"\nworkload = \"command/*\"\nlimit = \"1 blocks\"\n",
        );
    let audited = project.audit(&["--mode", "quick", "--only", "heap"]);
    let row = &audited.result.heap.as_ref().unwrap().workloads[0];
    assert_eq!((row.scope, row.exact, row.processes), (HeapScope::WholeRun, true, 1));
    assert!((8_388_608..8_900_000).contains(&row.totals.bytes), "{:?}", row.totals);
    assert!(row.totals.peak >= 8_388_608);
    let status: Vec<SloStatus> = audited.result.slos.iter().map(|slo| slo.status).collect();
    assert_eq!(status, [SloStatus::Ok, SloStatus::Critical]);
    assert!(audited.file("report.md").contains("## Allocations"));
}

fn found<'a>(audited: &'a Audited, rule: &str) -> &'a Finding {
    let mut found = audited.result.findings.iter().filter(|finding| finding.rule == rule);
    let first = found.next().unwrap_or_else(|| panic!("no {rule} among {:#?}", audited.result.findings));
    assert!(found.next().is_none(), "{:#?}", audited.result.findings);
    first
}

/// Where a finding is, its share of the bytes, and what it can gain at most.
fn told(finding: &Finding) -> (&str, Option<u32>, f64, f64) {
    let place = &finding.locations[0];
    let gain = finding.ceiling_gain.as_ref().and_then(perfaudit_result::Figure::value);
    let share = finding.by_workload[0].share_of_alloc_bytes;
    (&place.file, place.line, share.expect("it is measured"), gain.expect("it is measured"))
}

#[test]
fn a_vector_that_doubles_is_a_finding_at_the_line_that_pushes_with_the_bytes_that_it_replaces() {
    let finding = found(&AUDITED, "container-growth");
    assert_eq!(told(finding), ("criterion/src/lib.rs", Some(14), 4080.0 / 8176.0, 4080.0));
    assert_eq!(finding.workloads[0].0, "known/exact/known/growing");
}

#[test]
fn what_a_command_keeps_and_what_it_frees_at_once_are_findings_at_their_lines() {
    let project = Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n")
        .file("src/main.rs", include_str!("../../../../testdata/projects/allocations/criterion/src/main.rs"))
        .file("perfaudit.toml", "[[command]]\nname = \"keep\"\nrun = [\"./keep\"]\nruns = 6\n");
    let compiled = Command::new("rustc")
        .args(["--crate-name", "small", "--edition", "2021", "-O", "-g", "-o", "keep", "src/main.rs"])
        .current_dir(project.root())
        .status();
    assert!(compiled.expect("rustc is there").success());
    let audited = project.audit(&["--mode", "quick", "--only", "heap"]);
    let totals = audited.result.heap.as_ref().unwrap().workloads[0].totals;
    let share = |bytes: f64| bytes / totals.bytes as f64;
    let (left, freed) = (found(&audited, "live-at-exit"), found(&audited, "temporary-allocation"));
    assert_eq!(told(left), ("src/main.rs", Some(4), share(1e6), 1e6));
    assert_eq!(told(freed), ("src/main.rs", Some(6), share(1e5), 1000.0));

    let exported = project
        .perfaudit()
        .args(["report", "--export", "collapsed", "--export", "pprof"])
        .args(["--export", "dhat", "--export", "heaptrack"])
        .args([&audited.directory])
        .run();
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    for file in
        ["bytes.folded", "live.folded", "temporary.folded", "pb.gz", "bytes.dhat.json", "heaptrack.txt"]
    {
        assert!(exported.stderr.contains(&format!("0000.{file}")), "{}", exported.stderr);
    }
}
