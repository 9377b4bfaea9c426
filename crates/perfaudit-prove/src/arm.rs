//! An arm that is built from source.

use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_bench::{BenchExecutable, BuildRequest, Built, build};
use perfaudit_exec::{CopyError, Interrupt, RunError, copy_tree};
use perfaudit_project::{CargoProject, ProjectError, ProjectRoot, Selection};
use perfaudit_result::ArmBinary;

use crate::loaded::{ProgramError, binary};
use crate::source::{Commit, MissingSubmodule, Repository, SourceError, copy_working_tree};
use crate::workbench::{Side, Workbench, WorkbenchError};

/// Where the source of an arm comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// A commit.
    Commit(Commit),
    /// The working tree, with what is not committed.
    Working,
}

/// What both arms share.
#[derive(Debug, Clone, Copy)]
pub struct ArmRequest<'a> {
    /// The repository that holds the project.
    pub repository: &'a Repository,
    /// The folder of the project, relative to the root of the repository.
    pub folder: &'a Path,
    /// The root of the project's workspace in the user's tree.
    pub project_root: &'a Path,
    /// Packages, targets, features and profile.
    pub selection: &'a Selection,
    /// Whether cargo must not use the network.
    pub offline: bool,
}

/// An arm with its programs.
#[derive(Debug)]
pub struct BuiltArm {
    /// The project, at the path that both arms share.
    pub project: CargoProject,
    /// What came of building.
    pub built: Built,
    /// The programs, one for each executable of `built`.
    pub binaries: Vec<ArmBinary>,
    /// Submodules without content.
    pub missing: Vec<MissingSubmodule>,
}

/// Why an arm cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// Its source cannot be had.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The place for it cannot be used.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    /// The project is not in that source.
    #[error("it has no Cargo.toml at `{}`: was the project elsewhere then?", folder.display())]
    NoProject {
        /// The folder, relative to the root of the repository.
        folder: PathBuf,
    },
    /// cargo cannot load it.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// cargo cannot be started.
    #[error(transparent)]
    Start(#[from] RunError),
    /// A file cannot be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A program cannot be read.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The lock file cannot be copied.
    #[error("cannot write the Cargo.lock of a copy: {0}")]
    Lockfile(std::io::Error),
}

/// cargo's incremental mode splits a program into parts by what changed since the last build.
const ENVIRONMENT: [(&str, &str); 1] = [("CARGO_INCREMENTAL", "0")];

/// Writes the source of an arm and builds its benchmarks. `lockfile` is the content of a `Cargo.lock` for a source that
/// has none; without one it becomes what cargo writes, so that both arms have the same dependencies.
///
/// # Errors
/// When there is no project to build. A target that does not compile is told in [`BuiltArm::built`].
pub fn build_arm(
    workbench: &mut Workbench,
    side: Side,
    tree: &Tree,
    request: ArmRequest<'_>,
    lockfile: &mut Option<Vec<u8>>,
    interrupt: &Interrupt,
    compiling: &mut dyn FnMut(&str),
) -> Result<BuiltArm, ArmError> {
    // The source is written when everything that was built earlier is older: cargo goes by times, and would take another
    // commit's files for what it knows.
    workbench.seat(side)?;
    let missing = match tree {
        Tree::Commit(commit) => request.repository.export(commit, &workbench.tree(), interrupt)?,
        Tree::Working => {
            copy_working_tree(request.repository, &workbench.tree(), interrupt)?;
            Vec::new()
        }
    };
    let folder = workbench.tree().join(request.folder);
    if !folder.join("Cargo.toml").is_file() {
        return Err(ArmError::NoProject { folder: request.folder.to_owned() });
    }
    let place = ProjectRoot::locate(&folder, interrupt)?;
    let its_lockfile = place.path.join("Cargo.lock");
    let has_lockfile = its_lockfile.is_file();
    if !has_lockfile {
        let users = || fs::read(request.project_root.join("Cargo.lock")).ok();
        if let Some(content) = lockfile.clone().or_else(users) {
            fs::write(&its_lockfile, content).map_err(ArmError::Lockfile)?;
        }
    }
    let project = CargoProject::discover_own(
        place,
        &request.repository.top,
        request.selection,
        request.offline,
        interrupt,
    )?;
    if !has_lockfile {
        *lockfile = fs::read(&its_lockfile).ok();
    }
    let target = workbench.target();
    let request = BuildRequest {
        project: &project,
        selection: request.selection,
        target_directory: &target,
        environment: &ENVIRONMENT,
    };
    let mut built = build(request, interrupt, compiling)?;
    let own = format!("path+file://{}/", workbench.tree().display());
    if built.fresh.iter().any(|package| package.starts_with(&own)) && !built.interrupted {
        // Never seen, and never believed: what cargo did not build from this source may be that of another one.
        fs::remove_dir_all(&target)
            .and_then(|()| fs::create_dir_all(&target))
            .map_err(|source| WorkbenchError::Folder { doing: "empty", path: target.clone(), source })?;
        built = build(request, interrupt, compiling)?;
    }
    let binaries = built.executables.iter().map(named).collect::<Result<_, _>>()?;
    Ok(BuiltArm { project, built, binaries, missing })
}

/// Gives the other arm the build products of this one, unless it has some: dependencies from registries are then not
/// built twice. All that is built from the arm's own source is older than that source will be, and built anew.
///
/// # Errors
/// When they cannot be copied.
pub fn share_products(workbench: &Workbench, from: Side) -> Result<(), ArmError> {
    let (from, to) = (workbench.target_of(from), workbench.target_of(from.other()));
    let is_empty = fs::read_dir(&to).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty {
        copy_tree(&from, &to, |_| false)?;
    }
    Ok(())
}

fn named(executable: &BenchExecutable) -> Result<ArmBinary, ProgramError> {
    binary(&format!("{}/{}", executable.package, executable.target), &executable.path)
}
