//! The run of what is measured in pairs: where it is written, and what it ends with.

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use perfaudit_cpu::instructions::Callgrind;
use perfaudit_exec::{Interrupt, TreeSnapshot};
use perfaudit_project::CargoProject;
use perfaudit_project::config::Config;
use perfaudit_prove::Side;
use perfaudit_result::{
    ArtifactId, ArtifactKind, AuditResult, Bisection, BuildProfile, Certificate, CpuProfile, Host, Limit,
    PairedComparison, Precondition, ReproduceStep, Run, SCHEMA_VERSION, Samples, Stage, StageName,
    StageState, Tool, Verdict,
};
use perfaudit_run::RunDirectory;

use super::builds::Builds;
use super::{
    CompletedRun, Measured, Recorder, changes, describe, profile_of, project, random_seed, run_id,
    runs_directory, verdict,
};
use crate::arguments::{OutputArguments, PairingArguments};
use crate::error::CommandError;
use crate::settings;

/// A run that has begun.
pub(in super::super) struct PairsRun {
    /// The user's own tree, which is only looked at.
    pub(in super::super) project: CargoProject,
    pub(in super::super) config: Config,
    pub(in super::super) seed: u64,
    pub(in super::super) directory: RunDirectory,
    pub(in super::super) stages: Vec<Stage>,
    pub(in super::super) started: Timestamp,
    clock: Instant,
    pub(in super::super) id: String,
    /// The folder of all runs, unless the user named a directory for this one.
    runs: Option<PathBuf>,
    tree: TreeSnapshot,
}

/// What was measured by a run in pairs, one comparison or several.
#[derive(Default)]
pub(in super::super) struct Gathered {
    pub(in super::super) paired: Option<PairedComparison>,
    pub(in super::super) certificates: Vec<Certificate>,
    pub(in super::super) preconditions: Vec<Precondition>,
    pub(in super::super) limits: Vec<Limit>,
    pub(in super::super) samples: BTreeMap<ArtifactId, Samples>,
    pub(in super::super) profiles: BTreeMap<ArtifactId, CpuProfile>,
}

/// What a run ends with, beside what was measured.
pub(in super::super) struct Answer {
    pub(in super::super) bisection: Option<Bisection>,
    pub(in super::super) verdict: Verdict,
    /// What the same command makes again.
    pub(in super::super) what: &'static str,
}

impl PairsRun {
    /// Finds the project, which there may not be where it is not needed, and makes the run's directory.
    pub(in super::super) fn open(
        pairing: &PairingArguments,
        output: &OutputArguments,
        is_project_needed: bool,
        interrupt: &Interrupt,
    ) -> Result<Self, CommandError> {
        let (started, clock) = (Timestamp::now(), Instant::now());
        if pairing.witness.is_some() {
            Callgrind::find()?;
        }
        let discovering = Recorder::begin(StageName::Discover, None);
        let project = project(&pairing.project, is_project_needed, pairing.measuring.offline, interrupt)?;
        let config = settings::effective_for_pairs(&project.root, pairing, output)?;
        let work = project.work_directory()?;
        let seed = u64::from(pairing.measuring.seed.unwrap_or_else(random_seed));
        let id = run_id(started, seed);
        let runs = output.out.is_none().then(|| runs_directory(&work));
        let path =
            runs.as_ref().map_or_else(|| output.out.clone().unwrap_or_default(), |runs| runs.join(&id));
        let directory = RunDirectory::create(&path)?;
        let tree = snapshot(&project, &directory);
        let stages = vec![discovering.end(&directory, StageState::Done, None)];
        Ok(Self { project, config, seed, directory, stages, started, clock, id, runs, tree })
    }

    /// Measures in pairs within the run of an audit, whose `directory` it writes to.
    pub(in super::super) fn within(
        audit: &AuditResult,
        directory: RunDirectory,
        project: CargoProject,
        config: Config,
    ) -> Self {
        let tree = snapshot(&project, &directory);
        Self {
            project,
            config,
            seed: audit.run.seed,
            directory,
            stages: Vec::new(),
            started: Timestamp::now(),
            clock: Instant::now(),
            id: audit.run.id.clone(),
            runs: None,
            tree,
        }
    }

    /// A run that has nothing to tell leaves nothing.
    pub(in super::super) fn leave_nothing(&self) {
        drop(std::fs::remove_dir(self.directory.path()));
    }

    /// Keeps what cargo and the compiler said.
    pub(super) fn keep_logs(&mut self, builds: &Builds) -> Result<(), CommandError> {
        for side in Side::BOTH {
            let log = builds.built.get(side).built.log.as_bytes();
            let name = format!("artifacts/build-{}.log", side.letter().to_lowercase());
            self.directory.add(ArtifactKind::BuildLog, &name, log)?;
        }
        Ok(())
    }

    /// What benchmarks are built with.
    pub(in super::super) fn profile(&self) -> BuildProfile {
        profile_of(&self.project, self.config.bench.selection().profile.as_deref())
    }

    /// Ends the run of one comparison.
    pub(in super::super) fn finish(
        self,
        argv: Vec<String>,
        measured: Measured,
        answer: Answer,
        interrupt: &Interrupt,
    ) -> CompletedRun {
        let mut limits = verdict::limits(&measured.comparison);
        limits.extend(measured.limits);
        let gathered = Gathered {
            paired: Some(measured.comparison),
            certificates: Vec::new(),
            preconditions: measured.preconditions,
            limits,
            samples: measured.samples,
            profiles: measured.profiles,
        };
        self.end(argv, measured.host, gathered, answer, interrupt)
    }

    /// Ends the run.
    pub(in super::super) fn end(
        mut self,
        argv: Vec<String>,
        host: Host,
        gathered: Gathered,
        answer: Answer,
        interrupt: &Interrupt,
    ) -> CompletedRun {
        let analysing = Recorder::begin(StageName::Analyse, Some(&self.directory));
        let tree_changes = changes(&snapshot(&self.project, &self.directory), &self.tree);
        self.stages.push(analysing.end(&self.directory, StageState::Done, None));
        let profile = self.profile();
        let run = Run {
            id: self.id,
            argv,
            started: self.started.to_string(),
            duration_s: self.clock.elapsed().as_secs_f64(),
            mode: self.config.audit.mode.value,
            seed: self.seed,
            interrupted: interrupt.is_set(),
            stages: self.stages,
            tree_changes,
        };
        let result = AuditResult {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: "perfaudit".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            verdict: answer.verdict,
            project: describe(&self.project, profile, interrupt),
            host,
            preconditions: gathered.preconditions,
            workloads: Vec::new(),
            slos: Vec::new(),
            cpu: None,
            heap: None,
            source: None,
            size: Vec::new(),
            ir: None,
            builds: Vec::new(),
            comparison: None,
            paired: gathered.paired,
            bisection: answer.bisection,
            matrix: None,
            certificates: gathered.certificates,
            fixes: None,
            groups: Vec::new(),
            findings: Vec::new(),
            next_actions: Vec::new(),
            limits: gathered.limits,
            reproduce: vec![again(&run, answer.what)],
            artifacts: self.directory.artifacts().to_vec(),
            run,
        };
        let keep: NonZeroU16 = self.config.audit.keep.value;
        CompletedRun {
            directory: self.directory,
            root: self.project.root,
            runs: self.runs.map(|runs| (runs, keep)),
            store: None,
            result,
            samples: gathered.samples,
            profiles: gathered.profiles,
            heaps: BTreeMap::new(),
        }
    }
}

fn snapshot(project: &CargoProject, directory: &RunDirectory) -> TreeSnapshot {
    let skip: [&Path; 2] = [&project.target_directory, directory.path()];
    TreeSnapshot::take(&project.root, &skip)
}

/// The command that makes the run again, in the same order.
fn again(run: &Run, what: &str) -> ReproduceStep {
    let mut argv = run.argv.clone();
    if let Some(program) = argv.first_mut() {
        "perfaudit".clone_into(program);
    }
    if !argv.iter().any(|argument| argument.starts_with("--seed")) {
        let place = argv.iter().position(|argument| argument == "--").unwrap_or(argv.len());
        argv.splice(place..place, ["--seed".to_owned(), run.seed.to_string()]);
    }
    ReproduceStep { what: what.to_owned(), directory: String::new(), environment: Vec::new(), argv }
}
