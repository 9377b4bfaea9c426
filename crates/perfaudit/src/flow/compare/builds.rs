//! Two source trees, built.

use std::ops::Range;
use std::path::Path;

use perfaudit_bench::{BenchExecutable, BuildFailureReason};
use perfaudit_exec::Interrupt;
use perfaudit_project::{ProjectError, Selection};
use perfaudit_prove::{
    ArmError, ArmRequest, Both, BuiltArm, Side as ArmSide, Workbench, are_same_program, binary, build_arm,
    lay_out, share_products,
};
use perfaudit_result::{Arm, ArmBinary, WorkloadId};

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
    pub(super) executables: Both<Vec<Vec<BenchExecutable>>>,
    /// The versions of dependencies of a source that states none.
    lockfile: Option<Vec<u8>>,
    /// Whether the linker was seen to give no further layouts.
    has_one_layout: bool,
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
            let all = self.built.get(side).built.executables.clone();
            let linked = self.link(side, &all, 0..request.layouts, request.selection, interrupt, progress)?;
            match linked {
                Some(executables) => *self.executables.get_mut(side) = executables,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Programs of a side in these layouts; none where its linker gives no more, which becomes a remark.
    pub(super) fn link(
        &mut self,
        side: ArmSide,
        executables: &[BenchExecutable],
        layouts: Range<u32>,
        selection: &Selection,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<Option<Vec<Vec<BenchExecutable>>>, CommandError> {
        if self.has_one_layout {
            return Ok(None);
        }
        self.workbench.seat(side).map_err(CompareError::from)?;
        let built = self.built.get(side);
        let of = layouts.end;
        let mut linking = |layout: u32, executable: &BenchExecutable| {
            let (letter, number) = (side.letter(), layout + 1);
            let BenchExecutable { package, target, .. } = executable;
            progress.say(format!("link  {letter} layout {number} of {of}: {package}/{target}"));
        };
        let first = layouts.start;
        let linked =
            lay_out(&self.workbench, built, executables, selection, layouts, interrupt, &mut linking);
        let remark = match linked {
            Ok(executables) => {
                let arm = self.arms.get_mut(side);
                let programs = named(&executables, first).map_err(CompareError::from)?;
                // A linker that takes the option and does nothing makes no layout; one that is linked again is the same.
                let is_other = |program: &ArmBinary| {
                    let mut known = arm.binaries.iter().filter(|one| one.name != program.name);
                    known.all(|one| one.sha256 != program.sha256)
                };
                if programs.iter().all(is_other) {
                    let is_new =
                        |program: &ArmBinary| arm.binaries.iter().all(|one| one.name != program.name);
                    let (new, _): (Vec<_>, Vec<_>) = programs.into_iter().partition(is_new);
                    arm.binaries.extend(new);
                    return Ok(Some(executables));
                }
                "its linker gave the same program in further layouts".to_owned()
            }
            Err(_) if interrupt.is_set() => return Err(CompareError::Interrupted.into()),
            Err(reason) => {
                let first = reason.lines().next().unwrap_or_default();
                format!("it could not be linked in further layouts: {first}")
            }
        };
        self.arms.get_mut(side).remarks.push(remark);
        self.has_one_layout = true;
        Ok(None)
    }
}

/// Whether a benchmark is one of `package/target`.
fn is_in(id: &WorkloadId, target: &str) -> bool {
    id.0.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'))
}

/// The programs of layouts, of which the first is number `first`, but for number 0, which is as it was built.
fn named(
    layouts: &[Vec<BenchExecutable>],
    first: u32,
) -> Result<Vec<ArmBinary>, perfaudit_prove::ProgramError> {
    let further = (first..).zip(layouts).filter(|(layout, _)| *layout > 0);
    let all = further.flat_map(|(layout, executables)| executables.iter().map(move |one| (layout, one)));
    all.map(|(layout, one)| {
        let name = format!("{}/{} (layout {})", one.package, one.target, layout + 1);
        binary(&name, &one.path)
    })
    .collect()
}
