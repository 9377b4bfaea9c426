//! The commands that make a run's figures again.

use std::collections::BTreeMap;
use std::path::Path;

use perfaudit_bench::{Built, CommandRuns, SourceChange};
use perfaudit_result::{ArtifactId, ReproduceStep, Run, Workload, WorkloadId, WorkloadKind};

use crate::flow::{Plan, slashes};

/// The run as a whole, then its parts. Places outside of the project are not named: they differ from machine to
/// machine.
pub(crate) fn steps(
    plan: &Plan,
    built: &Built,
    workloads: &[Workload],
    observed: &BTreeMap<WorkloadId, (ArtifactId, CommandRuns)>,
    run: &Run,
) -> Vec<ReproduceStep> {
    let shown = |text: &str| shown(plan, text);
    let mut argv: Vec<String> = run.argv.iter().map(|text| shown(text)).collect();
    if let Some(program) = argv.first_mut() {
        "perfaudit".clone_into(program);
    }
    if !argv.iter().any(|argument| argument.starts_with("--seed")) {
        argv.extend(["--seed".to_owned(), run.seed.to_string()]);
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
            WorkloadKind::Command
            | WorkloadKind::Process
            | WorkloadKind::Imported
            | WorkloadKind::BenchTarget
            | WorkloadKind::CleanBuild
            | WorkloadKind::IncrementalBuild
            | WorkloadKind::TestSuite
            | WorkloadKind::Binary
            | WorkloadKind::Ir => return None,
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
    steps.extend(workloads.iter().filter_map(|workload| {
        let argv = match observed.get(&workload.id) {
            Some((_, runs)) => runs.argv.clone(),
            None if workload.kind == WorkloadKind::Binary => {
                let profile = &plan.config.bench.shipped_profile.value;
                ["cargo", "build", "--package", workload.title.split('/').next()?, "--profile", profile]
                    .map(str::to_owned)
                    .to_vec()
            }
            None if workload.kind == WorkloadKind::Ir => {
                ["perfaudit", "size", "--ir", "--package", &workload.title].map(str::to_owned).to_vec()
            }
            None => return None,
        };
        Some(ReproduceStep {
            what: format!("`{}`{}", workload.id, delivery_note(workload)?),
            directory: String::new(),
            environment: Vec::new(),
            argv: argv.iter().map(|text| shown(text)).collect(),
        })
    }));
    steps
}

/// What has to be done besides running the command of a build or of tests; none for everything else.
fn delivery_note(workload: &Workload) -> Option<String> {
    match workload.kind {
        WorkloadKind::CleanBuild => {
            Some(", timed: before each run, remove the target directory that it names".to_owned())
        }
        WorkloadKind::IncrementalBuild => Some(format!(
            ", timed: in a copy of the project, after each change of the item that `{}` then ends with: {}",
            workload.source,
            SourceChange::item(1).replace('\n', " ").trim_end()
        )),
        WorkloadKind::TestSuite => Some(", timed: once everything is built".to_owned()),
        WorkloadKind::Binary => Some(": the length of the file that this makes".to_owned()),
        WorkloadKind::Ir => Some(", counted in a compilation of its own".to_owned()),
        WorkloadKind::Criterion
        | WorkloadKind::Divan
        | WorkloadKind::Libtest
        | WorkloadKind::Command
        | WorkloadKind::Process
        | WorkloadKind::Imported
        | WorkloadKind::BenchTarget => None,
    }
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
