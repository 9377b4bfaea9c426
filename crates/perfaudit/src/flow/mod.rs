//! One audit from its arguments to its result: discover, build, look at the host, gather, analyse.
//!
//! Gatherers write artifacts and compute nothing; analysis computes and measures nothing. A new gatherer is a
//! stage between building and analysing: it gets a [`StageName`], puts its artifacts into the run directory, and
//! hands them to the audits through [`perfaudit_audits::Evidence`].

mod actions;
mod again;
mod analyse;
mod answers;
mod artifacts;
mod baselines;
mod bisect;
mod commands;
mod compare;
mod cpu;
mod delivery;
mod fix;
mod heap;
mod imported;
mod instructions;
mod limits;
mod matrix;
mod measure;
pub(crate) mod noise_floor;
mod objectives;
mod only;
mod plan;
mod prove;
mod record;
mod relative;
mod reproduce;
mod resume;
mod shipped;
mod source;
mod verdict;
mod what_if;

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use perfaudit_audits::Evidence;
use perfaudit_bench::{BuildRequest, Built, build, unbuilt};
use perfaudit_exec::{ChangeKind, Interrupt, TreeSnapshot};
use perfaudit_history::Store;
use perfaudit_project::{CargoProject, vcs_state};
use perfaudit_result::{
    ArtifactId, ArtifactKind, AuditResult, BuildProfile, CpuProfile, HeapProfile, Language, MetricName,
    Package, Project, Run, SCHEMA_VERSION, Samples, Stage, StageName, StageState, Tool, TreeChange,
    TreeChangeKind,
};
use perfaudit_run::RunDirectory;

use crate::arguments::AuditArguments;
use crate::error::CommandError;
use crate::progress::Progress;
use baselines::Baselines;
pub(crate) use bisect::bisect;
pub(crate) use compare::{CompareError, compare, recorded};
pub(crate) use cpu::{BesideEachOther, ProfiledRun, RecordedProfile, RunningProcess, beside};
pub(crate) use delivery::stage_of;
pub(crate) use fix::{ApplyError, fix, fix_after_audit, plan as plan_of_fixes};
pub(crate) use matrix::{MatrixCellName, MatrixError, build_matrix};
use measure::{Measured, Measuring, measure_stages};
pub(crate) use only::only;
pub(crate) use plan::{
    Plan, Subject, like_shipped, newest_profiled_run, newest_run, profile_of, runs_directory,
};
pub(crate) use prove::{ProveError, certificate_files, plan as plan_of_proof, prove};
use record::Recorder;
pub(crate) use shipped::{ShippedError, shipped};
pub(crate) use what_if::{Ceiling, WhatIf, what_if};

/// A run that is complete, or was cut short and holds what had been measured.
#[derive(Debug)]
pub(crate) struct CompletedRun {
    pub(crate) directory: RunDirectory,
    /// The root of the project.
    pub(crate) root: PathBuf,
    /// The folder of all runs and how many it keeps, unless the user named a directory for this one.
    pub(crate) runs: Option<(PathBuf, NonZeroU16)>,
    /// The baselines of the project.
    pub(crate) store: Option<Store>,
    pub(crate) result: AuditResult,
    pub(crate) samples: BTreeMap<ArtifactId, Samples>,
    /// The CPU profiles, by the artifacts that hold them.
    pub(crate) profiles: BTreeMap<ArtifactId, CpuProfile>,
    /// The stacks of allocations, by the artifacts that hold them.
    pub(crate) heaps: BTreeMap<ArtifactId, HeapProfile>,
}

/// Runs an audit.
pub(crate) fn audit(
    arguments: &AuditArguments,
    subject: Subject<'_>,
    argv: Vec<String>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<CompletedRun, CommandError> {
    let started = Timestamp::now();
    let clock = std::time::Instant::now();
    let discovering = Recorder::begin(StageName::Discover, None);
    progress.say("find  packages and benchmarks".to_owned());
    let plan = match subject {
        Subject::Project => Plan::make(arguments, interrupt)?,
        Subject::Command(_)
        | Subject::Lines(_)
        | Subject::Files(_)
        | Subject::Process(_)
        | Subject::Recorded(_) => Plan::beside_project(arguments, subject, interrupt)?,
    };
    let baselines = Baselines::open(arguments, &plan.project.root)?;
    let earlier = resume::earlier(arguments, &plan)?;
    // The order of measuring is that of the seed.
    let seed = earlier.as_ref().map_or_else(
        || u64::from(arguments.measuring.seed.unwrap_or_else(random_seed)),
        |run| run.result.run.seed,
    );
    let id = run_id(started, seed);
    let runs = arguments.output.out.is_none().then(|| runs_directory(&plan.work));
    let path =
        runs.as_ref().map_or_else(|| arguments.output.out.clone().unwrap_or_default(), |runs| runs.join(&id));
    let mut directory = RunDirectory::create(&path)?;
    let project = describe(&plan.project, plan.profile(), interrupt);
    let ours = [plan.project.target_directory.as_path(), directory.path()];
    let tree = TreeSnapshot::take(&plan.project.root, &ours);
    let mut stages = vec![discovering.end(&directory, StageState::Done, None)];

    let built = build_stage(&plan, &mut directory, interrupt, progress, &mut stages)?;
    let measured = measure_stages(
        Measuring {
            arguments,
            plan: &plan,
            built: &built,
            profile: &project.profile,
            seed,
            earlier: earlier.as_ref(),
        },
        &mut directory,
        interrupt,
        progress,
        &mut stages,
    )?;

    let scanned = if plan.stages.source && matches!(subject, Subject::Project) {
        let (scanned, stage) = source::source_stage(&plan, &directory, interrupt, progress)?;
        stages.push(stage);
        Some(scanned)
    } else {
        None
    };
    let analysing = Recorder::begin(StageName::Analyse, Some(&directory));
    progress.say("analyse".to_owned());
    let Measured {
        host,
        floor_limits,
        mut preconditions,
        mut gathered,
        commands,
        delivery,
        profiled,
        instructions,
        counted,
    } = measured;
    gathered.workloads.extend(built.failures.iter().map(unbuilt));
    let mut observed = BTreeMap::new();
    let delivery::Delivered { measured: delivered, sizes, builds, ir, limits: unweighed } = delivery;
    for measured in [commands, delivered] {
        gathered.workloads.extend(measured.workloads);
        gathered.samples.extend(measured.samples);
        gathered.strays += measured.strays;
        gathered.interrupted |= measured.interrupted;
        observed.extend(measured.runs);
    }
    let files = if let Subject::Files(files) = subject { files } else { &[] };
    let imported = imported::read_all(files, &mut directory, seed)?;
    gathered.workloads.extend(imported.workloads);
    gathered.samples.extend(imported.samples);
    let groups = analyse::figures(&mut gathered.workloads, &gathered.samples, &observed, seed);
    let cpu = cpu::summarise(profiled, &gathered.workloads, &plan.project.build_root, &mut directory)?;
    let uncounted = instructions::add(instructions, &mut gathered.workloads);
    let heap = heap::summarise(counted, &mut gathered.workloads, &mut directory)?;
    let evidence = Evidence {
        workloads: &gathered.workloads,
        samples: &gathered.samples,
        groups: &groups,
        cpu: &cpu.evidence,
        heap: heap.heap.as_ref(),
        host: &host,
        seed,
    };
    let audited = perfaudit_audits::run(&evidence);
    for (workload, remarks) in gathered.workloads.iter_mut().zip(audited.remarks) {
        workload.audits = remarks;
    }
    let mut findings = audited.findings;
    let profiles = source::Profiles {
        cpu: cpu.cpu.as_ref(),
        stacks: &cpu.profiles,
        heap: heap.heap.as_ref(),
        allocations: &heap.profiles,
    };
    let source =
        scanned.map(|scanned| source::read(scanned, &plan.config.source, profiles, &plan.project.root));
    let source = source.map(|source::Read { source, findings: found }| {
        findings.extend(found);
        // Among findings that matter alike, those on figures come first.
        findings.sort_by_key(|finding| (finding.severity, finding.code.is_some()));
        source::name_each_other(&mut findings);
        source
    });
    if let Subject::Lines(lines) = subject {
        relative::compare(&mut gathered.workloads, &gathered.samples, lines.reference.is_some(), seed);
    }
    let skip = [plan.project.target_directory.as_path(), directory.path()];
    let tree_changes = changes(&TreeSnapshot::take(&plan.project.root, &skip), &tree);
    stages.push(analysing.end(&directory, StageState::Done, None));

    let interrupted = interrupt.is_set() || gathered.interrupted || built.interrupted;
    let run = Run {
        id,
        argv,
        started: started.to_string(),
        duration_s: clock.elapsed().as_secs_f64(),
        mode: plan.mode,
        seed,
        interrupted,
        stages,
        tree_changes,
    };
    let mut limits = imported.limits;
    limits.extend(floor_limits);
    limits.extend(uncounted);
    limits.extend(unweighed);
    limits.extend(arguments.limits.iter().cloned());
    limits.extend(limits::limits(&plan, &gathered, !cpu.evidence.is_empty()));
    let reproduce = reproduce::steps(&plan, &built, &gathered.workloads, &observed, &run);
    let mut slos = objectives::judged(&plan.config, &gathered.workloads, &gathered.samples);
    let mut next_actions =
        actions::next_actions(&gathered.workloads, &findings, &project, plan.mode, interrupted);
    let alone = source.as_ref().filter(|_| !plan.stages.measures());
    if let Some(source) = alone {
        // Nothing was to be measured: what concerns measuring says nothing.
        slos.clear();
        preconditions.clear();
        next_actions = actions::after_reading(source);
    }
    if plan.stages.only_weighs() {
        // What concerns times says nothing, either.
        slos.retain(|slo| {
            let is_of_ir = [MetricName::IR_LINES, MetricName::IR_COPIES].contains(&slo.metric);
            slo.metric == MetricName::BINARY_SIZE || (arguments.ir && is_of_ir)
        });
        preconditions.clear();
    }
    if arguments.build_times {
        slos.retain(|slo| [MetricName::BUILD_CLEAN, MetricName::BUILD_INCREMENTAL].contains(&slo.metric));
    }
    let answer = if plan.stages.only_weighs() {
        answers::of_sizes(&sizes, ir.as_ref())
    } else if arguments.build_times {
        answers::of_builds(&builds, &gathered.workloads)
    } else {
        alone.map(|source| source.answer.clone())
    };
    let answer = answer.as_deref();
    let verdict = verdict::verdict(&gathered.workloads, &findings, &slos, &project, answer, interrupted);
    let mut result = AuditResult {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "perfaudit".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        verdict,
        run,
        project,
        host,
        preconditions,
        workloads: gathered.workloads,
        slos,
        cpu: cpu.cpu,
        heap: heap.heap,
        source,
        size: sizes,
        ir,
        builds,
        comparison: None,
        paired: None,
        bisection: None,
        matrix: None,
        certificates: Vec::new(),
        fixes: None,
        groups,
        findings,
        next_actions,
        limits,
        reproduce,
        artifacts: directory.artifacts().to_vec(),
    };
    baselines.compare(&mut result);
    let runs = runs.map(|runs| (runs, plan.config.audit.keep.value));
    Ok(CompletedRun {
        directory,
        root: plan.project.root,
        runs,
        store: baselines.store,
        result,
        samples: gathered.samples,
        profiles: cpu.profiles,
        heaps: heap.profiles,
    })
}

fn build_stage(
    plan: &Plan,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
    stages: &mut Vec<Stage>,
) -> Result<Built, CommandError> {
    let building = Recorder::begin(StageName::Build, Some(directory));
    if plan.project.packages.iter().all(|package| package.benches.is_empty()) {
        let why = "there is no benchmark target".to_owned();
        stages.push(building.end(directory, StageState::Skipped, Some(why)));
        return Ok(Built::default());
    }
    progress.say("build benchmarks".to_owned());
    let target_directory = plan.work.build();
    let request = BuildRequest {
        project: &plan.project,
        selection: &plan.selection,
        target_directory: &target_directory,
        environment: &[],
    };
    let built = build(request, interrupt, &mut |name| progress.say(format!("build {name}")))?;
    directory.add(ArtifactKind::BuildLog, "artifacts/build.log", built.log.as_bytes())?;
    let (state, message) = match (built.failures.len(), built.executables.len()) {
        _ if built.interrupted => (StageState::Partial, Some("interrupted".to_owned())),
        (0, _) => (StageState::Done, None),
        (failed, 0) => (StageState::Failed, Some(format!("{failed} targets could not be built"))),
        (failed, built) => {
            (StageState::Partial, Some(format!("{failed} of {} targets could not be built", failed + built)))
        }
    };
    stages.push(building.end(directory, state, message));
    Ok(built)
}

fn describe(project: &CargoProject, profile: BuildProfile, interrupt: &Interrupt) -> Project {
    let packages = project
        .packages
        .iter()
        .map(|package| Package {
            name: package.name.clone(),
            version: package.version.clone(),
            path: slashes(&package.relative),
            bench_targets: package.benches.iter().map(|bench| bench.name.clone()).collect(),
        })
        .collect();
    Project {
        name: project.name.clone(),
        language: if project.has_cargo() { Language::Rust } else { Language::None },
        packages,
        vcs: vcs_state(&project.root, interrupt),
        toolchain: project.toolchain.versions.clone(),
        profile,
    }
}

fn changes(after: &TreeSnapshot, before: &TreeSnapshot) -> Vec<TreeChange> {
    let changes = after.changes_since(before).into_iter();
    changes
        .map(|change| TreeChange {
            path: slashes(&change.path),
            kind: match change.kind {
                ChangeKind::Added => TreeChangeKind::Added,
                ChangeKind::Modified => TreeChangeKind::Modified,
                ChangeKind::Removed => TreeChangeKind::Removed,
            },
        })
        .collect()
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A name that sorts by time, and that two runs of one second do not share.
fn run_id(started: Timestamp, seed: u64) -> String {
    format!("{}-{:04x}", started.strftime("%Y%m%dT%H%M%SZ"), (u64::from(std::process::id()) ^ seed) & 0xffff)
}

/// Different in each process: the standard library seeds its hash maps from the system's source of randomness.
fn random_seed() -> u32 {
    use std::hash::{BuildHasher, Hasher};
    let hash = std::collections::hash_map::RandomState::new().build_hasher().finish();
    u32::try_from(hash >> 32).expect("half of a u64 fits into a u32")
}
