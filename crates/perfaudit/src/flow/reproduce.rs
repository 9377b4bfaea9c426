//! The commands that make a run's figures again.

use std::path::Path;

use perfaudit_bench::Built;
use perfaudit_result::{ReproduceStep, Run, Workload, WorkloadKind};

use crate::flow::{Plan, slashes};

/// The run as a whole, then its parts. Places outside of the project are not named: they differ from machine to
/// machine.
pub(crate) fn steps(
    plan: &Plan,
    built: &Built,
    workloads: &[Workload],
    run: &Run,
    seed: u64,
) -> Vec<ReproduceStep> {
    let shown = |text: &str| shown(plan, text);
    let mut argv: Vec<String> = run.argv.iter().map(|text| shown(text)).collect();
    if let Some(program) = argv.first_mut() {
        "perfaudit".clone_into(program);
    }
    if !argv.iter().any(|argument| argument.starts_with("--seed")) {
        argv.extend(["--seed".to_owned(), seed.to_string()]);
    }
    let mut steps = vec![ReproduceStep {
        what: "the whole run, in the same order".to_owned(),
        directory: String::new(),
        environment: Vec::new(),
        argv,
    }];
    steps.extend(built.commands.iter().map(|command| ReproduceStep {
        what: "build the benchmarks".to_owned(),
        directory: String::new(),
        environment: command.environment.clone(),
        argv: command.argv.iter().map(|text| shown(text)).collect(),
    }));
    steps.extend(built.executables.iter().filter_map(|executable| {
        let directory = executable.directory.strip_prefix(&plan.project.build_root).unwrap_or(Path::new(""));
        let kind = workloads
            .iter()
            .find(|row| row.package == executable.package && row.target == executable.target)?
            .kind;
        let (arguments, environment): (&[&str], &[&str]) = match kind {
            WorkloadKind::Criterion => {
                (&["--bench", "--noplot", "--exact", "--", "NAME"], &["CRITERION_HOME=EMPTY_DIRECTORY"])
            }
            WorkloadKind::Divan | WorkloadKind::Libtest => (&["--bench", "--exact", "NAME"], &[]),
            WorkloadKind::Command | WorkloadKind::Imported | WorkloadKind::BenchTarget => return None,
        };
        Some(ReproduceStep {
            what: format!("one benchmark of `{}/{}`", executable.package, executable.target),
            directory: slashes(directory),
            environment: environment.iter().map(|&variable| variable.to_owned()).collect(),
            argv: std::iter::once(shown(&executable.path.to_string_lossy()))
                .chain(arguments.iter().map(|&argument| argument.to_owned()))
                .collect(),
        })
    }));
    steps
}

/// Paths of this machine as a reader elsewhere can use them.
fn shown(plan: &Plan, text: &str) -> String {
    let places =
        [(&plan.work.path, "WORK"), (&plan.project.build_root, "PROJECT"), (&plan.project.root, "PROJECT")];
    let relative = plan.work.path.strip_prefix(&plan.project.root).map(slashes);
    places.into_iter().fold(text.to_owned(), |text, (place, name)| {
        let name = if name == "WORK" { relative.as_deref().unwrap_or(name) } else { name };
        text.replace(&*place.to_string_lossy(), name)
    })
}
