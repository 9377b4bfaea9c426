//! Two source trees: both are built, and what both hold is paired.

use std::collections::BTreeSet;
use std::path::Path;

use perfaudit_bench::{BenchExecutable, BuildFailureReason, Built, GatherEvent, GatherRequest, Pace, list};
use perfaudit_exec::Interrupt;
use perfaudit_project::{ProjectError, Selection};
use perfaudit_prove::{
    ArmBenchmarks, ArmError, ArmRequest, Both, BuiltArm, Side as ArmSide, Workbench, are_same_program,
    binary, build_arm, lay_out, share_products, unmeasured,
};
use perfaudit_result::{
    Arm, ArmBinary, PairedRow, PairedVerdict, Workload, WorkloadId, WorkloadKind, WorkloadState,
};
use perfaudit_run::RunDirectory;
use regex::Regex;

use super::CompareError;
use super::trees::{Side, Trees};
use crate::error::CommandError;
use crate::progress::Progress;

/// Both sides, built.
pub(in super::super) struct Builds {
    pub(super) workbench: Workbench,
    pub(in super::super) arms: Both<Arm>,
    pub(super) built: Both<BuiltArm>,
    /// The executables of both sides in each layout; at least one.
    executables: Both<Vec<Vec<BenchExecutable>>>,
    /// The versions of dependencies of a source that states none.
    lockfile: Option<Vec<u8>>,
    /// Whether the linker was seen to give no further layouts.
    has_one_layout: bool,
}

/// What is in both sides, and what is not.
pub(super) struct Pairing {
    /// Both sides in each layout.
    pub(super) layouts: Vec<Both<ArmBenchmarks>>,
    /// The rows of both sides that are one benchmark each.
    pub(super) rows: Vec<Both<usize>>,
    /// Rows that are told and not measured.
    pub(super) told: Vec<PairedRow>,
    /// What only one side has.
    pub(super) only: Both<Vec<WorkloadId>>,
    /// Processes that listing left behind.
    pub(super) strays: usize,
}

/// What to build.
#[derive(Clone, Copy)]
pub(in super::super) struct BuildsRequest<'a> {
    pub(in super::super) trees: &'a Trees,
    /// The root of the user's own project.
    pub(in super::super) project_root: &'a Path,
    pub(in super::super) selection: &'a Selection,
    pub(in super::super) offline: bool,
    /// How many layouts are wanted.
    pub(in super::super) layouts: u32,
}

/// Builds both sides.
pub(super) fn build(
    request: BuildsRequest<'_>,
    sides: &Both<Side>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Builds, CommandError> {
    let mut workbench = request.trees.workbench(interrupt, progress)?;
    let mut lockfile = None;
    let built = Both::try_of(|arm| {
        let side = sides.get(arm);
        let built = build_side(request, &mut workbench, arm, side, &mut lockfile, interrupt, progress)?;
        if arm == ArmSide::A {
            share_products(&workbench, arm).map_err(|source| failed(arm, side, source))?;
        }
        Ok::<_, CompareError>(built)
    })?;
    let mut unknown = built.a.unknown.iter();
    let of_both = unknown.find(|one| built.b.unknown.iter().any(|other| is_same_name(one, other)));
    if let Some(unknown) = of_both {
        let message = unknown.to_string();
        return Err(CompareError::InNeither { message }.into());
    }
    let arm = |arm: ArmSide| told(request.trees, sides.get(arm), built.get(arm));
    let arms = Both { a: arm(ArmSide::A), b: arm(ArmSide::B) };
    let executables = built.map(|arm| vec![arm.built.executables.clone()]);
    let mut builds = Builds { workbench, arms, executables, built, lockfile, has_one_layout: false };
    builds.lay_out(request, interrupt, progress)?;
    Ok(builds)
}

fn build_side(
    request: BuildsRequest<'_>,
    workbench: &mut Workbench,
    arm: ArmSide,
    side: &Side,
    lockfile: &mut Option<Vec<u8>>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<BuiltArm, CompareError> {
    let arm_request = ArmRequest {
        project_root: request.project_root,
        selection: request.selection,
        offline: request.offline,
    };
    let (letter, name) = (arm.letter(), &side.name);
    progress.say(format!("build {letter} ({name})"));
    let mut compiling = |package: &str| progress.say(format!("build {letter} ({name}): {package}"));
    let built = build_arm(workbench, arm, &side.tree, arm_request, lockfile, interrupt, &mut compiling)
        .map_err(|source| failed(arm, side, source))?;
    if built.built.interrupted { Err(CompareError::Interrupted) } else { Ok(built) }
}

/// Whether two sides lack the same thing.
fn is_same_name(one: &ProjectError, other: &ProjectError) -> bool {
    match (one, other) {
        (ProjectError::UnknownPackage { name: a, .. }, ProjectError::UnknownPackage { name: b, .. })
        | (ProjectError::UnknownBench { name: a, .. }, ProjectError::UnknownBench { name: b, .. }) => a == b,
        _ => false,
    }
}

fn failed(arm: ArmSide, side: &Side, source: ArmError) -> CompareError {
    CompareError::Arm { side: arm.letter(), name: side.name.clone(), source: Box::new(source) }
}

fn told(trees: &Trees, side: &Side, built: &BuiltArm) -> Arm {
    let toolchain = Some(built.project.toolchain.versions.clone());
    let mut arm = trees.arm(side, toolchain, built.binaries.clone(), &built.missing);
    arm.remarks.extend(built.unknown.iter().map(ToString::to_string));
    arm
}

impl Builds {
    /// Builds another source in the place of a side.
    pub(in super::super) fn place(
        &mut self,
        request: BuildsRequest<'_>,
        arm: ArmSide,
        side: &Side,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        let Self { workbench, lockfile, .. } = self;
        let built = build_side(request, workbench, arm, side, lockfile, interrupt, progress)?;
        *self.arms.get_mut(arm) = told(request.trees, side, &built);
        *self.built.get_mut(arm) = built;
        let executables = vec![self.built.get(arm).built.executables.clone()];
        *self.executables.get_mut(arm) = executables;
        self.lay_out(request, interrupt, progress)
    }

    /// The program that holds a benchmark on a side, in its first layout.
    pub(super) fn program(&self, arm: ArmSide, id: &WorkloadId) -> Option<ArmBinary> {
        let holds = |binary: &&ArmBinary| is_in(id, &binary.name);
        self.built.get(arm).binaries.iter().filter(holds).max_by_key(|binary| binary.name.len()).cloned()
    }

    /// Why the target that holds a benchmark was not built on a side; none where it was, or where there is none.
    pub(super) fn broken(&self, arm: ArmSide, id: &WorkloadId) -> Option<String> {
        if self.program(arm, id).is_some() {
            return None;
        }
        let mut failures = self.built.get(arm).built.failures.iter();
        let failure = failures.find(|one| is_in(id, &format!("{}/{}", one.package, one.target.name)))?;
        Some(match &failure.reason {
            BuildFailureReason::Failed(said) => format!("it cannot be built: {said}"),
            BuildFailureReason::MissingFeatures(features) => {
                format!("it requires --features {}", features.join(","))
            }
            BuildFailureReason::Interrupted => "interrupted".to_owned(),
        })
    }

    /// Links both sides in further layouts, unless they are one program anyway.
    fn lay_out(
        &mut self,
        request: BuildsRequest<'_>,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        let same = |(a, b): (&ArmBinary, &ArmBinary)| a.name == b.name && are_same_program(a, b);
        let Both { a, b } = &self.built;
        let differ = a.binaries.len() != b.binaries.len() || !a.binaries.iter().zip(&b.binaries).all(same);
        if request.layouts < 2 || !differ || self.has_one_layout {
            return Ok(());
        }
        for side in ArmSide::BOTH {
            // It was linked for an earlier comparison.
            if self.executables.get(side).len() > 1 {
                continue;
            }
            self.workbench.seat(side).map_err(CompareError::from)?;
            let arm = self.built.get(side);
            let mut linking = |layout: u32, executable: &BenchExecutable| {
                progress.say(format!(
                    "link  {} layout {} of {}: {}/{}",
                    side.letter(),
                    layout + 1,
                    request.layouts,
                    executable.package,
                    executable.target
                ));
            };
            match lay_out(&self.workbench, arm, request.selection, request.layouts, interrupt, &mut linking) {
                Ok(executables) => {
                    let arm = self.arms.get_mut(side);
                    let programs = linked(&executables).map_err(CompareError::from)?;
                    // A linker that takes the option and does nothing makes no layout.
                    if programs
                        .iter()
                        .any(|program| arm.binaries.iter().any(|one| one.sha256 == program.sha256))
                    {
                        arm.remarks.push("its linker gave the same program in further layouts".to_owned());
                        self.has_one_layout = true;
                        return Ok(());
                    }
                    arm.binaries.extend(programs);
                    *self.executables.get_mut(side) = executables;
                }
                Err(_) if interrupt.is_set() => return Err(CompareError::Interrupted.into()),
                Err(reason) => {
                    let first = reason.lines().next().unwrap_or_default();
                    let remark = format!("it could not be linked in further layouts: {first}");
                    self.arms.get_mut(side).remarks.push(remark);
                    self.has_one_layout = true;
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Whether a benchmark is one of `package/target`.
fn is_in(id: &WorkloadId, target: &str) -> bool {
    id.0.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'))
}

/// The programs of all layouts but the first, which is as it was built.
fn linked(layouts: &[Vec<BenchExecutable>]) -> Result<Vec<ArmBinary>, perfaudit_prove::ProgramError> {
    let further = layouts.iter().enumerate().skip(1);
    let all = further.flat_map(|(layout, executables)| executables.iter().map(move |one| (layout, one)));
    all.map(|(layout, one)| {
        let name = format!("{}/{} (layout {})", one.package, one.target, layout + 1);
        binary(&name, &one.path)
    })
    .collect()
}

/// Lists both sides, and pairs what both have.
pub(super) fn pair(
    builds: &mut Builds,
    filter: Option<&Regex>,
    pace: Pace,
    patience: std::time::Duration,
    directory: &mut RunDirectory,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Pairing, CommandError> {
    let mut strays = 0;
    let arms = Both::try_of(|side| -> Result<ArmBenchmarks, CompareError> {
        builds.workbench.seat(side)?;
        let executables = &builds.executables.get(side)[0];
        let request = GatherRequest {
            executables,
            filter,
            pace,
            seed: 0,
            patience,
            earlier: None,
            spent: std::time::Duration::ZERO,
            is_followed: false,
            refines: false,
            width: &|_, _| 0.0,
        };
        let listed = list(&request, directory, interrupt, &mut |event| {
            if let GatherEvent::Listing { target } = event {
                progress.say(format!("list  {} {target}", side.letter()));
            }
        });
        strays += listed.strays;
        Ok(ArmBenchmarks { executables: executables.clone(), workloads: listed.workloads })
    })?;
    let count = builds.executables.a.len().min(builds.executables.b.len());
    let layouts = (0..count).map(|layout| {
        let side = |side: ArmSide| ArmBenchmarks {
            executables: builds.executables.get(side)[layout].clone(),
            workloads: arms.get(side).workloads.clone(),
        };
        Both { a: side(ArmSide::A), b: side(ArmSide::B) }
    });
    let mut pairing = Pairing {
        layouts: layouts.collect(),
        rows: Vec::new(),
        told: Vec::new(),
        only: Both::default(),
        strays,
    };
    let broken = builds.built.map(|arm| broken_targets(&arm.built));
    pairing.tell_broken(builds);
    pairing.match_rows(builds, &broken);
    pairing.tell_other_sources(builds);
    Ok(pairing)
}

/// Package and name of a target.
type Target = (String, String);

fn broken_targets(built: &Built) -> BTreeSet<Target> {
    let targets = built.failures.iter();
    targets.map(|failure| (failure.package.clone(), failure.target.name.clone())).collect()
}

fn target_of(workload: &Workload) -> Target {
    (workload.package.clone(), workload.target.clone())
}

/// A row that can be measured.
fn is_benchmark(workload: &Workload) -> bool {
    workload.state == WorkloadState::NotRun && workload.kind != WorkloadKind::BenchTarget
}

impl Pairing {
    /// A row for each target that could not be built, or not be asked; a remark for each that is not meant to be.
    fn tell_broken(&mut self, builds: &mut Builds) {
        let mut told: BTreeSet<WorkloadId> = BTreeSet::new();
        for side in ArmSide::BOTH {
            let mut remarks = Vec::new();
            let mut failures = Vec::new();
            for failure in &builds.built.get(side).built.failures {
                let id = WorkloadId(format!("{}/{}", failure.package, failure.target.name));
                match &failure.reason {
                    BuildFailureReason::Failed(said) => {
                        failures.push((id, WorkloadKind::BenchTarget, format!("cannot be built: {said}")));
                    }
                    BuildFailureReason::MissingFeatures(features) => {
                        remarks.push(format!("`{id}` requires --features {}", features.join(",")));
                    }
                    BuildFailureReason::Interrupted => {}
                }
            }
            for row in self.layouts[0].get(side).workloads.iter().filter(|row| !is_benchmark(row)) {
                let said = row.message.clone().unwrap_or_else(|| row.state.label().to_owned());
                if row.state.is_failure() {
                    failures.push((row.id.clone(), row.kind, said));
                } else if row.state != WorkloadState::Ignored {
                    remarks.push(format!("`{}`: {said}", row.id));
                }
            }
            for (id, kind, said) in failures {
                if told.insert(id.clone()) {
                    let message = format!("{}: {said}", side.letter());
                    self.told.push(unmeasured(id, kind, PairedVerdict::NotMeasured, message));
                }
            }
            builds.arms.get_mut(side).remarks.append(&mut remarks);
        }
    }

    /// A remark for each target whose own source differs: what is measured may have changed, and not what it measures.
    fn tell_other_sources(&self, builds: &mut Builds) {
        let measured: BTreeSet<Target> =
            self.rows.iter().map(|row| target_of(&self.layouts[0].b.workloads[row.b])).collect();
        for (package, target) in measured {
            let name = format!("{package}/{target}");
            let Both { a, b } = builds.built.map(|arm| arm.sources.get(&name).cloned());
            if a != b {
                let remark = format!(
                    "the source of the benchmarks in `{name}` is another one: what they do may have changed, too"
                );
                builds.arms.b.remarks.push(remark);
            }
        }
    }

    fn match_rows(&mut self, builds: &Builds, broken: &Both<BTreeSet<Target>>) {
        let identical = |target: &Target| {
            let name = format!("{}/{}", target.0, target.1);
            let find = |side: ArmSide| {
                let mut binaries = builds.arms.get(side).binaries.iter();
                binaries.find(|binary| binary.name == name)
            };
            find(ArmSide::A).zip(find(ArmSide::B)).is_some_and(|(a, b)| are_same_program(a, b))
        };
        let position = |rows: &[Workload], of: &Workload| {
            rows.iter().position(|row| is_benchmark(row) && row.id == of.id && row.kind == of.kind)
        };
        let Both { a, b } = &self.layouts[0];
        for (index, row) in b.workloads.iter().enumerate().filter(|(_, row)| is_benchmark(row)) {
            match position(&a.workloads, row) {
                Some(_) if identical(&target_of(row)) => self.told.push(unmeasured(
                    row.id.clone(),
                    row.kind,
                    PairedVerdict::Identical,
                    "both sides run the same program".to_owned(),
                )),
                Some(there) => self.rows.push(Both { a: there, b: index }),
                None if broken.a.contains(&target_of(row)) => {}
                None => self.only.b.push(row.id.clone()),
            }
        }
        for row in a.workloads.iter().filter(|row| is_benchmark(row)) {
            if position(&b.workloads, row).is_none() && !broken.b.contains(&target_of(row)) {
                self.only.a.push(row.id.clone());
            }
        }
    }
}
