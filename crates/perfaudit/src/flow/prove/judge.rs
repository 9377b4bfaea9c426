//! Testing and measuring patches.

use std::time::Duration;

use perfaudit_exec::Interrupt;
use perfaudit_prove::patch::claims;
use perfaudit_prove::proof::{self, Done, Limits};
use perfaudit_prove::source::SourceError;
use perfaudit_prove::{
    Both, PlacedPatch, Side, Suite, SuiteEnd, SuiteRun, TreeCommandError, TreeError, Workbench,
    adopt_products,
};
use perfaudit_result::{
    Certificate, CertifiedPatch, GateName, GateState, Host, Mode, PairedComparison, PairedVerdict, ProofGate,
    ProofVerdict, StageName, StageState, WorkloadId,
};

use super::base::Base;
use super::candidates::Candidate;
use super::{Judged, stack};
use crate::arguments::{PairingArguments, ProveArguments};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::flow::CompareError;
use crate::flow::compare::verdict::limits as limits_of;
use crate::flow::compare::{Building, Gathered, OneOfSeveral, PairsRun, Sides, Used};
use crate::flow::only;
use crate::flow::record::Recorder;
use crate::progress::Progress;

/// The gates of one patch, in their order.
const ALL: [GateName; 9] = [
    GateName::Inside,
    GateName::Applies,
    GateName::ChangedLines,
    GateName::Dependencies,
    GateName::Compiles,
    GateName::Tests,
    GateName::Output,
    GateName::Gain,
    GateName::NoRegression,
];

/// Something that is tested and measured: one patch, or several on top of each other.
pub(in crate::flow) struct Subject {
    pub(in crate::flow) told: CertifiedPatch,
    /// What both sides have.
    pub(in crate::flow) beneath: Vec<PlacedPatch>,
    /// What B has beside it.
    pub(in crate::flow) patches: Vec<PlacedPatch>,
    pub(in crate::flow) gates: Vec<ProofGate>,
    pub(in crate::flow) suite: Option<SuiteRun>,
    pub(in crate::flow) remarks: Vec<String>,
    /// The only benchmarks that it is measured on; none where it is measured on all.
    pub(in crate::flow) only: Option<Vec<WorkloadId>>,
}

pub(in crate::flow) struct Judging<'a> {
    pub(in crate::flow) run: &'a mut PairsRun,
    pub(in crate::flow) base: &'a Base,
    argv: &'a [String],
    pairing: PairingArguments,
    test_patience: Duration,
    pub(in crate::flow) limits: Limits,
    pub(in crate::flow) interrupt: &'a Interrupt,
    progress: &'a Progress,
    /// What tests say without a patch, where that was asked.
    suite_of_base: Option<SuiteRun>,
    /// Both sides as they are built, with what both have.
    sides: Option<(Vec<PlacedPatch>, Sides)>,
    gathered: Gathered,
    host: Option<Host>,
    used: Used,
    /// How many comparisons will come that share the budget with those of now.
    pub(in crate::flow) later: usize,
}

impl<'a> Judging<'a> {
    pub(in crate::flow) fn new(
        arguments: &ProveArguments,
        run: &'a mut PairsRun,
        base: &'a Base,
        argv: &'a [String],
        limits: Limits,
        interrupt: &'a Interrupt,
        progress: &'a Progress,
    ) -> Self {
        let mut pairing = arguments.pairing.clone();
        // The gate is about the 95th percentile where there are processes enough for it.
        pairing.p95 |= pairing.in_tree.command.is_some() && run.config.audit.mode.value != Mode::Quick;
        Self {
            run,
            base,
            argv,
            pairing,
            test_patience: arguments.gates.test_timeout,
            limits,
            interrupt,
            progress,
            suite_of_base: None,
            sides: None,
            gathered: Gathered::default(),
            host: None,
            used: Used::default(),
            later: 0,
        }
    }

    /// Judges each patch by itself: all are tested before one is measured.
    pub(in crate::flow) fn alone(&mut self, candidates: Vec<Candidate>) -> Result<Vec<Judged>, CommandError> {
        let subjects = candidates.into_iter().map(|candidate| {
            let goes_on = candidate.goes_on();
            let Candidate { patch, told, beneath, gates, only } = candidate;
            let patches = patch.into_iter().collect();
            (goes_on, Subject { told, beneath, patches, gates, suite: None, remarks: Vec::new(), only })
        });
        let mut subjects: Vec<(bool, Subject)> = subjects.collect();
        self.test(subjects.iter_mut().filter(|(goes_on, _)| *goes_on).map(|(_, subject)| subject).collect())?;
        let mut left = subjects.iter().filter(|(_, subject)| may_be_measured(&subject.gates)).count();
        let mut judged = Vec::new();
        for (_, subject) in subjects {
            let is_measured = may_be_measured(&subject.gates) && !self.interrupt.is_set();
            let candidate = subject.patches.first().cloned();
            let certificate = if is_measured {
                left -= 1;
                self.measure(subject, &ALL, left + 1 + self.later)?
            } else {
                self.certificate(subject, &ALL, None)
            };
            judged.push(Judged { certificate, candidate });
        }
        Ok(judged)
    }

    /// Judges what is proven, on top of each other.
    pub(in crate::flow) fn stacked(
        &mut self,
        judged: &[Judged],
        copy: &std::path::Path,
    ) -> Result<Option<Judged>, CommandError> {
        let Some(subject) = stack::subject(judged, copy).filter(|_| !self.interrupt.is_set()) else {
            return Ok(None);
        };
        Ok(Some(Judged { certificate: self.together(subject)?, candidate: None }))
    }

    /// Judges several patches on top of each other.
    pub(in crate::flow) fn together(&mut self, mut subject: Subject) -> Result<Certificate, CommandError> {
        const GATES: [GateName; 6] = [
            GateName::Applies,
            GateName::Compiles,
            GateName::Tests,
            GateName::Output,
            GateName::Gain,
            GateName::NoRegression,
        ];
        self.test(vec![&mut subject])?;
        if may_be_measured(&subject.gates) && !self.interrupt.is_set() {
            self.measure(subject, &GATES, 1)
        } else {
            Ok(self.certificate(subject, &GATES, None))
        }
    }

    /// What is left of the budget; none where there is no bound.
    pub(in crate::flow) fn left(&self) -> Option<Duration> {
        self.used.left(self.run)
    }

    /// What was measured, and where.
    pub(in crate::flow) fn end(self) -> (Gathered, Option<Host>) {
        (self.gathered, self.host)
    }

    fn test(&mut self, subjects: Vec<&mut Subject>) -> Result<(), CommandError> {
        if subjects.is_empty() || self.interrupt.is_set() {
            return Ok(());
        }
        self.sides = None;
        let testing = Recorder::begin(StageName::TestSuite, Some(&self.run.directory));
        let mut workbench = self.base.trees.workbench(self.interrupt, self.progress)?;
        for arm in Side::BOTH {
            // Without them everything is built, which takes longer and comes to the same.
            let products = self.base.products.as_deref();
            products.map(|products| adopt_products(&workbench, arm, products)).transpose().ok();
        }
        let line = self.run.config.prove.test.value.clone();
        for subject in subjects {
            let all: Vec<_> = subject.beneath.iter().chain(&subject.patches).cloned().collect();
            let said = self.suite(&mut workbench, &line, &all)?;
            let has_failed = !matches!(said.end, SuiteEnd::Passed | SuiteEnd::Interrupted);
            if has_failed && self.suite_of_base.is_none() {
                self.suite_of_base = Some(self.suite(&mut workbench, &line, &[])?);
            }
            let before = self.suite_of_base.as_ref().filter(|_| has_failed);
            subject.gates.extend(proof::tested(&line, &said, before, &self.limits));
            subject.suite = Some(said);
        }
        drop(workbench);
        let state = if self.interrupt.is_set() { StageState::Partial } else { StageState::Done };
        self.run.stages.push(testing.end(&self.run.directory, state, None));
        Ok(())
    }

    fn suite(
        &self,
        workbench: &mut Workbench,
        line: &str,
        patches: &[PlacedPatch],
    ) -> Result<SuiteRun, CommandError> {
        if self.interrupt.is_set() {
            return Ok(SuiteRun { end: SuiteEnd::Interrupted, passed: 0 });
        }
        let (arm, side) = (if patches.is_empty() { Side::A } else { Side::B }, self.base.with(patches));
        self.progress.say(format!("test  {}", side.name));
        let suite = Suite { line, patience: self.test_patience };
        match suite.run(workbench, arm, &side.tree, self.interrupt) {
            Err(
                TreeCommandError::Interrupted
                | TreeCommandError::Tree(TreeError::Source(SourceError::Interrupted)),
            ) => Ok(SuiteRun { end: SuiteEnd::Interrupted, passed: 0 }),
            Err(TreeCommandError::Start(error)) => Err(error.into()),
            said => said.map_err(|source| {
                let source = Box::new(source);
                CompareError::TreeCommand { side: arm.letter(), name: side.name, source }.into()
            }),
        }
    }

    /// Builds and measures both sides; `left` patches share what is left of the budget.
    fn measure(
        &mut self,
        mut subject: Subject,
        names: &[GateName],
        left: usize,
    ) -> Result<Certificate, CommandError> {
        let comparison = match self.compared(&subject, left) {
            Ok(comparison) => comparison,
            Err(error) if error.exit() == Exit::Inconclusive => {
                return Ok(self.certificate(subject, names, None));
            }
            Err(CommandError::Compare(error)) if error.is_of_source() && is_of_b(&error) => {
                self.sides = None;
                replace(&mut subject.gates, proof::compiled(&error.to_string()));
                return Ok(self.certificate(subject, names, None));
            }
            Err(error) => return Err(error),
        };
        let broken = comparison.rows.iter().find(|row| {
            row.verdict == PairedVerdict::NotMeasured
                && row.message.as_deref().is_some_and(|why| why.starts_with("B: cannot be built"))
        });
        if let Some(row) = broken {
            let why = row.message.as_deref().unwrap_or_default().trim_start_matches("B: ");
            replace(&mut subject.gates, proof::compiled(&format!("{}: {why}", row.id)));
        }
        let differently = self.measures_differently(&subject);
        subject.gates.push(proof::output(&comparison));
        subject.gates.push(proof::gain(&comparison, &self.limits, differently.as_deref()));
        subject.gates.push(proof::no_regression(&comparison, &self.limits));
        Ok(self.certificate(subject, names, Some(comparison)))
    }

    fn compared(&mut self, subject: &Subject, left: usize) -> Result<PairedComparison, CommandError> {
        let all: Vec<_> = subject.beneath.iter().chain(&subject.patches).cloned().collect();
        let both = Both { a: self.base.with(&subject.beneath), b: self.base.with(&all) };
        let building = Building {
            trees: &self.base.trees,
            pairing: &self.pairing,
            project_root: &self.run.project.root,
            config: &self.run.config,
        };
        let recorder = Recorder::begin(StageName::Build, Some(&self.run.directory));
        let mut sides = match self.sides.take() {
            Some((beneath, mut sides)) if beneath == subject.beneath => {
                sides.place(building, Side::B, &both.b, self.interrupt, self.progress)?;
                sides
            }
            other => {
                drop(other);
                Sides::of_trees(building, &both, self.interrupt, self.progress)?
            }
        };
        self.run.stages.push(recorder.end(&self.run.directory, StageState::Done, None));
        let mut config = self.run.config.clone();
        if let Some(ids) = &subject.only {
            config.bench.filter.command_line(Some(only(ids.iter().map(|id| id.0.as_str()))));
        }
        let one = OneOfSeveral {
            pairing: &self.pairing,
            config,
            delta: self.pairing.delta,
            others: 0,
            shares: left,
            settles: true,
            interrupt: self.interrupt,
            progress: self.progress,
        };
        let measured = self.used.measure(self.run, &mut sides, one)?;
        self.sides = Some((subject.beneath.clone(), sides));
        let limits = limits_of(&measured.comparison).into_iter().chain(measured.limits);
        for limit in limits {
            if !self.gathered.limits.contains(&limit) {
                self.gathered.limits.push(limit);
            }
        }
        self.gathered.preconditions = measured.preconditions;
        self.gathered.samples.extend(measured.samples);
        self.gathered.profiles.extend(measured.profiles);
        self.host = Some(measured.host);
        Ok(measured.comparison)
    }

    /// Why workloads may not do the same work on both sides.
    fn measures_differently(&self, subject: &Subject) -> Option<String> {
        let is_measure = |file: &&String| file.split('/').any(|part| part == "benches");
        let mut files = subject.told.files.iter();
        let file = files.find(is_measure)?;
        Some(format!("the patch changes what measures it, too: `{file}`"))
    }

    fn certificate(
        &self,
        subject: Subject,
        names: &[GateName],
        comparison: Option<PairedComparison>,
    ) -> Certificate {
        let Subject { told, beneath, patches, mut gates, suite, remarks, only: _ } = subject;
        let interrupted = self.interrupt.is_set();
        let is_stopped = gates.iter().any(|gate| gate.state == GateState::Failed);
        let why = if is_stopped || !interrupted { "an earlier gate stopped it" } else { "interrupted" };
        for name in names {
            if !gates.iter().any(|gate| gate.gate == *name) {
                gates.push(proof::not_reached(*name, why));
            }
        }
        gates.sort_by_key(|gate| gate.gate);
        let (mut verdict, mut reason) = proof::verdict(&gates);
        if interrupted && verdict == ProofVerdict::Inconclusive && reason != "interrupted" {
            reason = format!("interrupted: {reason}");
        } else if interrupted && verdict == ProofVerdict::Proven && comparison.is_none() {
            verdict = ProofVerdict::Inconclusive;
        }
        let promised: Vec<_> = patches.iter().flat_map(|patch| claims(&patch.patch.prose)).collect();
        let claims = proof::judged(&promised, comparison.as_ref(), &gates);
        let done = Done { comparison: comparison.as_ref(), suite: suite.as_ref(), files: &told.files };
        Certificate {
            verdict,
            reason,
            on_top_of: beneath.iter().map(|patch| patch.patch.name.clone()).collect(),
            checklist: proof::checklist(done),
            claims,
            remarks,
            command: again(self.argv, self.run.seed),
            patch: told,
            gates,
            comparison,
        }
    }
}

/// Whether nothing that is known so far stops a patch: tests that could not tell do not keep it from being measured.
fn may_be_measured(gates: &[ProofGate]) -> bool {
    let passed =
        |wanted: GateName| gates.iter().any(|gate| gate.gate == wanted && gate.state == GateState::Passed);
    let failed = gates.iter().any(|gate| gate.state == GateState::Failed);
    passed(GateName::Compiles) && !failed
}

fn replace(gates: &mut Vec<ProofGate>, gate: ProofGate) {
    gates.retain(|one| one.gate != gate.gate);
    gates.push(gate);
}

/// Whether it is the side with the patch that failed.
fn is_of_b(error: &CompareError) -> bool {
    let b = Side::B.letter();
    matches!(error, CompareError::Arm { side, .. } | CompareError::TreeCommand { side, .. } if *side == b)
}

/// The command that judges it again, in the same order.
fn again(argv: &[String], seed: u64) -> Vec<String> {
    let mut argv = argv.to_vec();
    if let Some(program) = argv.first_mut() {
        "perfaudit".clone_into(program);
    }
    if !argv.iter().any(|argument| argument.starts_with("--seed")) {
        argv.extend(["--seed".to_owned(), seed.to_string()]);
    }
    argv
}
