//! CPU profiles of programs whose answer is known.

use std::process::Command;

use perfaudit_result::{ArtifactKind, OriginKind, StageName, StageState, Trust, WorkloadCpu, from_json};

use crate::criterion_suites::SUITES;
use crate::support::{Audited, Project};

/// Spends three parts of its time in one function and one part in another, which is inlined.
const PROGRAM: &str = r"
#[inline(never)]
fn three_parts(n: u64) -> u64 { (0..3 * n).fold(1, |sum, i| std::hint::black_box(sum ^ i)) }
#[inline(always)]
fn one_part(n: u64) -> u64 { (0..n).fold(1, |sum, i| std::hint::black_box(sum ^ i)) }
fn main() {
    let mut sum = 0;
    for _ in 0..40 { sum ^= three_parts(4_000_000); sum ^= one_part(4_000_000); }
    std::hint::black_box(sum);
}
";

fn cpu<'a>(audited: &'a Audited, id: &str) -> &'a WorkloadCpu {
    let rows = &audited.result.cpu.as_ref().expect("something was profiled").workloads;
    rows.iter().find(|row| row.id.0 == id).unwrap_or_else(|| panic!("no profile of {id}: {rows:#?}"))
}

#[test]
fn a_command_is_profiled_by_function_through_inlining_to_the_line() {
    let project = Project::empty().file("program.rs", PROGRAM);
    let compiled = Command::new("rustc")
        .args(["-O", "-g", "--edition", "2024", "-o", "program", "program.rs"])
        .current_dir(project.root())
        .status()
        .unwrap();
    assert!(compiled.success());
    let directory = project.home().join("out");
    let outcome = project
        .perfaudit()
        .args(["cpu", "--format", "json", "--out"])
        .args([&directory])
        .args(["--", "./program"])
        .run();
    let result = from_json(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr));
    let audited = Audited { outcome, result, directory };
    let row = cpu(&audited, "command/._program");
    assert!(matches!(row.trust, Trust::Sound | Trust::Limited), "{:?}", row.remarks);
    let total = |name: &str| {
        let found = row.hotspots.iter().find(|hotspot| hotspot.symbol.ends_with(name));
        found.and_then(|hotspot| hotspot.total_share.interval()).unwrap_or_else(|| panic!("{name}: {row:#?}"))
    };
    // Twenty times the width of what 300 samples tell; the function that calls itself nothing is seen, too.
    for (name, truth) in [("three_parts", 0.75), ("one_part", 0.25)] {
        let (lower, upper) = (total(name).lower(), total(name).upper());
        assert!(lower - 0.15 < truth && truth < upper + 0.15, "{name}: {lower} to {upper}");
    }
    let artifacts =
        audited.result.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::CpuProfile);
    assert_eq!(artifacts.map(|artifact| &artifact.id).collect::<Vec<_>>(), [row.profile.as_ref().unwrap()]);
    let html = audited.file("report.html");
    assert!(html.contains("three_parts"));
    let exports = project
        .perfaudit()
        .args(["report", "--export", "collapsed", "--export", "speedscope"])
        .args([&audited.directory])
        .run();
    assert_eq!(exports.code, Some(0), "{}", exports.stderr);
    assert!(audited.file("artifacts/cpu/0000.folded").contains("three_parts"));
    assert!(audited.file("artifacts/cpu/0000.speedscope.json").contains("three_parts"));
    let ask = |name: &str| {
        project
            .perfaudit()
            .args(["what-if", name, "--format", "json", "--run"])
            .args([&audited.directory])
            .run()
    };
    let told: serde_json::Value = serde_json::from_str(&ask("three_parts").stdout).unwrap();
    let ceiling = &told["ceilings"][0];
    let saves = ceiling["saves"].as_f64().unwrap();
    let end = |index: usize| ceiling["interval"][index].as_f64().unwrap();
    assert!(end(0) - 0.15 < 0.75 && 0.75 < end(1) + 0.15 && end(0) < saves && saves < end(1), "{told}");
    assert!((ceiling["speed_up"].as_f64().unwrap() - 1.0 / (1.0 - saves)).abs() < 1e-9, "{told}");
    let unknown = ask("four_parts");
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("`four_parts` is no rule, finding or hot function"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn benchmarks_that_do_not_run_the_projects_code_are_hollow_and_the_others_are_not() {
    let audited = SUITES.audit_quietly(&[
        "--mode",
        "quick",
        "--only",
        "cpu",
        "-p",
        "honesty",
        "--filter",
        "optimised away|checksum/256|sound/sort",
    ]);
    let stage = audited.result.run.stages.iter().find(|stage| stage.name == StageName::Cpu).unwrap();
    assert_eq!(stage.state, StageState::Done, "{:?}", stage.message);
    assert_eq!(
        audited.flagged_by("hollow-benchmark"),
        ["optimised away/constant input", "optimised away/result dropped", "sort"]
    );
    let sound = cpu(&audited, "honesty/sound/checksum/256");
    let own = sound.hotspots.iter().filter(|hotspot| hotspot.origin.kind == OriginKind::Own);
    assert!(
        own.clone().any(|hotspot| hotspot.file.as_deref() == Some("honesty/src/lib.rs")),
        "{:#?}",
        own.collect::<Vec<_>>()
    );
    assert!(sound.excluded.iter().any(|named| named.name == "harness"), "{:?}", sound.excluded);
    // Inputs are cloned outside of the clock.
    let sort = cpu(&audited, "honesty/sound/sort");
    assert!(sort.excluded.iter().any(|named| named.name == "set-up of inputs"), "{:?}", sort.excluded);
    assert!(sort.slowdown.is_some());
}
