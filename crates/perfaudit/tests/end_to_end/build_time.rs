//! What builds do with their time, through the command line.

use perfaudit_result::{AuditResult, BuildTimeline, BuildUnitKind, from_json};

use crate::support::{MANIFEST, Project};

const LOCKFILE: &str = "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n";
const BUILD_SCRIPT: &str = "fn main() {\n    std::thread::sleep(std::time::Duration::from_millis(50));\n    println!(\"cargo::rerun-if-changed=build.rs\");\n}\n";

/// A library with a build script, and a program.
fn project() -> Project {
    Project::empty()
        .file("Cargo.toml", MANIFEST)
        .file("Cargo.lock", LOCKFILE)
        .file("build.rs", BUILD_SCRIPT)
        .file("src/lib.rs", "/// 42.\npub fn answer() -> u32 { 42 }\n")
        .file("src/main.rs", "fn main() { println!(\"{}\", small::answer()); }\n")
}

fn kinds(of: &BuildTimeline) -> Vec<BuildUnitKind> {
    of.units.iter().map(|unit| unit.kind).collect()
}

#[test]
fn each_compilation_is_told_by_phase_and_the_longest_chain_by_what_waits_for_what() {
    use BuildUnitKind::{BuildScript, BuildScriptRun, Library, Program};
    let project = project();
    let words = ["build-time", "--mode", "quick", "--format", "json"];
    let outcome = project.perfaudit().args(words).directory(&project.root()).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let result: AuditResult = from_json(&outcome.stdout).unwrap();
    let [clean, changed] = result.builds.as_slice() else { panic!("{:#?}", result.limits) };
    assert_eq!(clean.build.0, "build/clean");
    assert_eq!(kinds(clean), [BuildScript, BuildScriptRun, Library, Program]);
    let run = clean.units[1].phases;
    assert!(run.script_ns > 50_000_000 && run.script_ns == run.total_ns(), "{run:?}");
    for unit in &clean.units {
        let phases = unit.phases;
        assert_eq!(phases.untold_ns, 0, "{unit:?}");
        assert_eq!(phases.link_ns > 0, [BuildScript, Program].contains(&unit.kind), "{unit:?}");
        assert_eq!(phases.front_end_ns > 0, unit.kind != BuildScriptRun, "{unit:?}");
        assert!(unit.end_ns() <= clean.wall_ns, "{unit:?}");
    }
    // Each waits for the one before.
    let chain: Vec<u32> = clean.chain.iter().map(|step| step.unit).collect();
    assert_eq!(chain, [0, 1, 2, 3]);
    assert_eq!(clean.running.iter().map(|row| row.ns).sum::<u64>(), clean.wall_ns);
    assert_eq!(changed.build.0, "build/incremental/small");
    assert_eq!(kinds(changed), [Library, Program]);
    assert_eq!(clean.remarks, [""; 0]);
    assert!(!project.root().join("target/perfaudit/delivery").exists());
}

#[test]
fn times_of_builds_are_in_every_report() {
    let project = project();
    let words = ["build-time", "--mode", "quick"];
    let outcome = project.perfaudit().args(words).directory(&project.root()).run();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("a build from nothing takes "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("The longest chain: 4 steps"), "{}", outcome.stdout);
    let run = project.root().join("target/perfaudit/runs/latest");
    let report = |name: &str| std::fs::read_to_string(run.join(name)).unwrap();
    assert!(report("report.md").contains("What builds do with their time"));
    assert!(report("report.html").contains("svg class=\"builds\""));
}
