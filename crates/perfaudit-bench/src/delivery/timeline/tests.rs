//! Builds whose times are made up.

use perfaudit_result::{BuildUnitKind, WorkloadId};

use super::record::{Compilation, Dependency, ScriptRun, Span};
use super::{Seen, timeline};

const SECOND: u64 = 1_000_000_000;

/// A compilation from one second to another, whose metadata is written in between.
fn compiled(name: &str, kind: BuildUnitKind, [began, metadata, ended]: [u64; 3], on: &[&str]) -> Compilation {
    let needs_code = kind != BuildUnitKind::Library;
    Compilation {
        package: name.to_owned(),
        version: "1.0.0".to_owned(),
        crate_name: name.to_owned(),
        kind,
        stem: format!("{name}-1"),
        folder: name.to_owned(),
        out_dir: None,
        dependencies: on
            .iter()
            .map(|name| Dependency { stem: format!("{name}-1"), is_metadata: !needs_code })
            .collect(),
        began: began * SECOND,
        metadata: Some(metadata * SECOND),
        links: Vec::new(),
        ended: ended * SECOND,
        cpu_ns: (ended - began) * SECOND,
    }
}

fn seen(compilations: Vec<Compilation>, runs: Vec<ScriptRun>, ended: u64) -> Seen {
    Seen { compilations, runs, began: 0, ended: ended * SECOND, cpus: 2 }
}

fn steps(of: &perfaudit_result::BuildTimeline) -> Vec<(&str, u64)> {
    let name = |step: &perfaudit_result::ChainStep| of.units[step.unit as usize].target.as_str();
    of.chain.iter().map(|step| (name(step), step.ns / SECOND)).collect()
}

use BuildUnitKind::{BuildScript, BuildScriptRun, Library, Program};

#[test]
fn a_library_waits_for_metadata_and_a_program_for_the_code_of_everything() {
    let mut program = compiled("tool", Program, [9, 10, 13], &["upper"]);
    program.links = vec![Span { began: 12 * SECOND, ended: 13 * SECOND }];
    let all = vec![
        compiled("lower", Library, [0, 2, 9], &[]),
        compiled("upper", Library, [2, 3, 5], &["lower"]),
        program,
    ];
    let found = timeline(WorkloadId("build/clean".into()), seen(all, Vec::new(), 13));
    // `upper` is done after 5 s, but the program is linked with the code of `lower`, too.
    assert_eq!(steps(&found), [("lower", 9), ("tool", 4)]);
    assert_eq!(found.chain_ns, 13 * SECOND);
    let phases = found.units[2].phases;
    assert_eq!((phases.front_end_ns, phases.code_ns, phases.link_ns), (SECOND, 2 * SECOND, SECOND));
    let times: Vec<_> = found.running.iter().map(|row| (row.units, row.ns / SECOND)).collect();
    assert_eq!(times, [(1, 10), (2, 3)]);
    assert_eq!(found.phases.total_ns(), 16 * SECOND);
    assert_eq!(found.packages.iter().map(|row| row.phases.total_ns()).sum::<u64>(), 16 * SECOND);
    assert!(found.answer.starts_with("13.0 s for 3 units"), "{}", found.answer);
}

#[test]
fn a_chain_of_libraries_is_one_of_front_ends() {
    let all = vec![
        compiled("a", Library, [0, 2, 4], &[]),
        compiled("b", Library, [2, 5, 6], &["a"]),
        compiled("c", Library, [5, 6, 9], &["b"]),
    ];
    let found = timeline(WorkloadId("build/clean".into()), seen(all, Vec::new(), 10));
    assert_eq!(steps(&found), [("a", 2), ("b", 3), ("c", 4)]);
}

#[test]
fn what_waits_for_a_free_cpu_is_in_no_chain() {
    let all = vec![compiled("a", Library, [0, 1, 4], &[]), compiled("b", Library, [4, 5, 7], &[])];
    let found = timeline(WorkloadId("build/clean".into()), seen(all, Vec::new(), 7));
    assert_eq!(steps(&found), [("a", 4)]);
}

#[test]
fn a_crate_waits_for_its_build_script_and_that_for_its_compilation() {
    let mut script = compiled("build_script_build", BuildScript, [0, 1, 3], &[]);
    let mut library = compiled("sys", Library, [5, 6, 8], &[]);
    for one in [&mut script, &mut library] {
        one.package = "sys".to_owned();
        one.folder = "sys".to_owned();
    }
    library.out_dir = Some("out".to_owned());
    let run = |out: &str| ScriptRun { out_dir: out.to_owned(), ended: 5 * SECOND };
    let found = timeline(
        WorkloadId("build/clean".into()),
        seen(vec![script, library], vec![run("out"), run("of another build")], 8),
    );
    assert_eq!(steps(&found), [("build_script_build", 3), ("build_script_build", 2), ("sys", 3)]);
    assert_eq!(found.units[1].kind, BuildScriptRun);
    assert_eq!(found.packages.len(), 1);
    assert_eq!(found.phases.script_ns, 2 * SECOND);
}

#[test]
fn what_the_compiler_does_not_say_is_said_to_be_unknown() {
    let mut all = vec![compiled("a", Library, [0, 1, 4], &["gone"])];
    all[0].metadata = None;
    let found = timeline(WorkloadId("build/clean".into()), seen(all, Vec::new(), 4));
    assert_eq!((found.phases.untold_ns, found.phases.front_end_ns), (4 * SECOND, 0));
    assert_eq!(found.remarks.len(), 1);
}

#[test]
fn nothing_to_compile_is_no_chain() {
    let found = timeline(WorkloadId("build/clean".into()), seen(Vec::new(), Vec::new(), 1));
    assert_eq!((found.chain.len(), found.units.len()), (0, 0));
    assert_eq!(found.answer, "1.00 s: nothing was compiled");
}
