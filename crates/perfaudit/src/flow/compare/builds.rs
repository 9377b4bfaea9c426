//! Two source trees: both are built, and what both hold is paired.

use std::collections::BTreeSet;
use std::path::Path;

use perfaudit_bench::{BenchExecutable, BuildFailureReason, Built, GatherEvent, GatherRequest, Pace, list};
use perfaudit_exec::Interrupt;
use perfaudit_project::{CargoProject, Selection, comparison_directory};
use perfaudit_prove::source::{ArmSource, Repository};
use perfaudit_prove::{
    ArmBenchmarks, ArmError, ArmRequest, Both, BuiltArm, Side, Tree, Workbench, are_same_program, binary,
    build_arm, lay_out, share_products, unmeasured,
};
use perfaudit_result::{
    Arm, ArmBinary, ArmKind, PairedRow, PairedVerdict, Workload, WorkloadId, WorkloadKind, WorkloadState,
};
use perfaudit_run::RunDirectory;
use regex::Regex;

use super::{CompareError, named};
use crate::error::CommandError;
use crate::progress::Progress;

/// Both sides, built.
pub(super) struct Builds {
    pub(super) workbench: Workbench,
    pub(super) arms: Both<Arm>,
    pub(super) built: Both<BuiltArm>,
    /// The executables of both sides in each layout; at least one.
    executables: Both<Vec<Vec<BenchExecutable>>>,
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
pub(super) struct BuildsRequest<'a> {
    pub(super) sources: &'a Both<ArmSource>,
    /// The folder that the user named.
    pub(super) folder: &'a Path,
    pub(super) project: &'a CargoProject,
    pub(super) selection: &'a Selection,
    pub(super) offline: bool,
    /// How many layouts are wanted.
    pub(super) layouts: u32,
}

/// Builds both sides.
pub(super) fn build(
    request: BuildsRequest<'_>,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Builds, CommandError> {
    let folder = request.folder.canonicalize().map_err(|source| perfaudit_project::ProjectError::Path {
        path: request.folder.to_owned(),
        source,
    })?;
    let repository = Repository::holding(&folder, interrupt).map_err(CompareError::from)?;
    let head = repository.commit("HEAD", interrupt);
    let is_dirty = repository.is_dirty(interrupt).map_err(CompareError::from)?;
    // A wrong name should not cost a build.
    let trees = Both::try_of(|side| match request.sources.get(side) {
        ArmSource::Revision(revision) => repository.commit(revision, interrupt).map(Tree::Commit),
        _ => Ok(Tree::Working),
    })
    .map_err(CompareError::from)?;
    let place = comparison_directory(&request.project.root)?;
    let mut workbench = Workbench::open(place, interrupt, || {
        progress.note("another comparison of this project is under way: waiting for it");
    })
    .map_err(CompareError::from)?;
    let top = repository.top.canonicalize().unwrap_or_else(|_| repository.top.clone());
    let arm_request = ArmRequest {
        repository: &repository,
        folder: folder.strip_prefix(&top).unwrap_or(Path::new("")),
        project_root: &request.project.root,
        selection: request.selection,
        offline: request.offline,
    };
    let mut lockfile = None;
    let built = Both::try_of(|side| {
        let name = named(request.sources.get(side));
        progress.say(format!("build {} ({name})", side.letter()));
        let built = build_arm(
            &mut workbench,
            side,
            trees.get(side),
            arm_request,
            &mut lockfile,
            interrupt,
            &mut |package| progress.say(format!("build {} ({name}): {package}", side.letter())),
        );
        let failed = |source: ArmError| CompareError::Arm {
            side: side.letter(),
            name: name.clone(),
            source: Box::new(source),
        };
        let built = built.map_err(failed)?;
        if built.built.interrupted {
            return Err(CompareError::Interrupted);
        }
        if side == Side::A {
            share_products(&workbench, side).map_err(failed)?;
        }
        Ok(built)
    })?;
    let arms = Both::try_of(|side| -> Result<Arm, CompareError> {
        let of_head = head.as_ref().ok().map(|commit| commit.0.clone());
        let (kind, commit, dirty) = match trees.get(side) {
            Tree::Commit(commit) => (ArmKind::Revision, Some(commit.0.clone()), false),
            Tree::Working => (ArmKind::WorkingTree, of_head, is_dirty),
        };
        let arm = built.get(side);
        let missing = arm.missing.iter().map(|submodule| {
            format!(
                "the submodule `{}` is not there: `git submodule update --init` fetches it",
                submodule.path.display()
            )
        });
        Ok(Arm {
            name: named(request.sources.get(side)),
            kind,
            commit,
            dirty,
            toolchain: Some(arm.project.toolchain.versions.clone()),
            binaries: arm.binaries.clone(),
            remarks: missing.collect(),
        })
    })?;
    let mut builds =
        Builds { workbench, arms, executables: built.map(|arm| vec![arm.built.executables.clone()]), built };
    builds.lay_out(request, interrupt, progress)?;
    Ok(builds)
}

impl Builds {
    /// Links both sides in further layouts, unless they are one program anyway.
    fn lay_out(
        &mut self,
        request: BuildsRequest<'_>,
        interrupt: &Interrupt,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        let same = |(a, b): (&ArmBinary, &ArmBinary)| a.name == b.name && are_same_program(a, b);
        let Both { a, b } = &self.arms;
        let differ = a.binaries.len() != b.binaries.len() || !a.binaries.iter().zip(&b.binaries).all(same);
        if request.layouts < 2 || !differ {
            return Ok(());
        }
        let mut laid_out: Both<Vec<Vec<BenchExecutable>>> = Both::default();
        for side in Side::BOTH {
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
                        return Ok(());
                    }
                    arm.binaries.extend(programs);
                    *laid_out.get_mut(side) = executables;
                }
                Err(_) if interrupt.is_set() => return Err(CompareError::Interrupted.into()),
                Err(reason) => {
                    let first = reason.lines().next().unwrap_or_default();
                    let remark = format!("it could not be linked in further layouts: {first}");
                    self.arms.get_mut(side).remarks.push(remark);
                    return Ok(());
                }
            }
        }
        self.executables = laid_out;
        Ok(())
    }
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
        let side = |side: Side| ArmBenchmarks {
            executables: builds.executables.get(side)[layout].clone(),
            workloads: arms.get(side).workloads.clone(),
        };
        Both { a: side(Side::A), b: side(Side::B) }
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
        for side in Side::BOTH {
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

    fn match_rows(&mut self, builds: &Builds, broken: &Both<BTreeSet<Target>>) {
        let identical = |target: &Target| {
            let name = format!("{}/{}", target.0, target.1);
            let find = |side: Side| {
                let mut binaries = builds.arms.get(side).binaries.iter();
                binaries.find(|binary| binary.name == name)
            };
            find(Side::A).zip(find(Side::B)).is_some_and(|(a, b)| are_same_program(a, b))
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
