//! Two source trees, built.

use std::num::NonZeroU32;
use std::path::Path;

use perfaudit_bench::{BenchExecutable, BuildFailureReason};
use perfaudit_exec::Interrupt;
use perfaudit_project::{ProjectError, Selection};
use perfaudit_prove::{
    ArmError, ArmRequest, Both, BuiltArm, Environment, LayoutError, Layouts, Side as ArmSide, Workbench,
    build_arm, share_products,
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
    /// What is linked in further layouts.
    pub(super) layouts: Layouts,
    /// What the processes of each side get besides the environment.
    pub(super) environment: Both<Environment>,
    /// The versions of dependencies of a source that states none.
    lockfile: Option<Vec<u8>>,
    /// Whether something was seen to have no further layouts.
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
    Ok(Builds {
        workbench,
        arms,
        layouts: Layouts::default(),
        built,
        environment: Both::default(),
        lockfile,
        has_one_layout: false,
    })
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
        self.layouts.forget(arm);
        Ok(())
    }

    /// The program that holds a benchmark on a side, as it was built.
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

    /// Makes sure that what holds these benchmarks can be linked in further layouts on both sides, and links as many as
    /// the first look takes; answers whether there are further ones. Why there are none becomes a remark.
    pub(super) fn lay_out(
        &mut self,
        wanted: &Both<Vec<&BenchExecutable>>,
        layouts: NonZeroU32,
        selection: &Selection,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<bool, CommandError> {
        if layouts == NonZeroU32::MIN || self.has_one_layout {
            return Ok(false);
        }
        for side in ArmSide::BOTH {
            for executable in wanted.get(side) {
                let (letter, name) = (side.letter(), format!("{}/{}", executable.package, executable.target));
                progress.say(format!("link  {letter} {name}, to be measured in {layouts} layouts"));
                let linked = self.link(side, executable, layouts, selection, interrupt);
                let why = match linked {
                    Ok(()) => continue,
                    Err(LayoutError::Interrupted) => return Err(CompareError::Interrupted.into()),
                    Err(LayoutError::Workbench(error)) => return Err(CompareError::from(error).into()),
                    Err(LayoutError::OneLayout(why)) => why,
                };
                let first = why.lines().next().unwrap_or_default();
                let remark = format!("`{name}` could not be linked in further layouts: {first}");
                self.arms.get_mut(side).remarks.push(remark);
                self.has_one_layout = true;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn link(
        &mut self,
        side: ArmSide,
        executable: &BenchExecutable,
        layouts: NonZeroU32,
        selection: &Selection,
        interrupt: &Interrupt,
    ) -> Result<(), LayoutError> {
        let Self { workbench, built, layouts: all, .. } = self;
        all.prepare(workbench, side, built.get(side), executable, selection, interrupt)?;
        for layout in 1..layouts.get() {
            all.program(workbench, side, executable, layout, interrupt)?;
        }
        Ok(())
    }
}

/// Whether a benchmark is one of `package/target`.
fn is_in(id: &WorkloadId, target: &str) -> bool {
    id.0.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'))
}
