//! An arm that is built from source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_bench::{BenchExecutable, BuildRequest, Built, build};
use perfaudit_exec::{CopyError, Interrupt, RunError, copy_tree};
use perfaudit_project::{CargoProject, ProjectError, ProjectRoot, Selection};
use perfaudit_result::ArmBinary;
use perfaudit_run::sha256;

use crate::loaded::{ProgramError, binary};
use crate::source::MissingSubmodule;
use crate::tree::{Origin, Tree, TreeError};
use crate::workbench::{Side, Workbench, WorkbenchError};

/// What both arms share.
#[derive(Debug, Clone, Copy)]
pub struct ArmRequest<'a> {
    /// The root of the project's workspace in the user's tree, for its `Cargo.lock`.
    pub project_root: &'a Path,
    /// Packages, targets, features and profile.
    pub selection: &'a Selection,
    /// Whether cargo must not use the network.
    pub offline: bool,
}

/// Versions of packages, by their names: one name may stand for several.
pub type PackageVersions = BTreeMap<String, BTreeSet<String>>;

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
    /// The SHA-256 of the root file of each benchmark target that was built, by `package/target`.
    pub sources: BTreeMap<String, String>,
    /// The versions of packages that its `Cargo.lock` states, but for its own.
    pub versions: PackageVersions,
    /// What the selection names and this arm does not have.
    pub unknown: Vec<ProjectError>,
}

/// Why an arm cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// Its source cannot be had.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The place for it cannot be used.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    /// The project is not in that source.
    #[error("it has no Cargo.toml at `{}`: was the project elsewhere then?", folder.display())]
    NoProject {
        /// The folder, relative to the root of the tree.
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

/// What builds the benchmarks of an arm.
pub(crate) fn build_request<'a>(
    project: &'a CargoProject,
    selection: &'a Selection,
    target_directory: &'a Path,
) -> BuildRequest<'a> {
    BuildRequest { project, selection, target_directory, environment: &ENVIRONMENT }
}

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
    let missing = tree.lay_down(workbench, side, interrupt)?;
    let folder = workbench.tree().join(&tree.folder);
    if !folder.join("Cargo.toml").is_file() {
        return Err(ArmError::NoProject { folder: tree.folder.clone() });
    }
    let place = ProjectRoot::locate(&folder, interrupt)?;
    let root = place.path.clone();
    let its_lockfile = root.join("Cargo.lock");
    let has_lockfile = its_lockfile.is_file();
    if !has_lockfile {
        let is_users = !matches!(tree.origin.unpatched(), Origin::Folder(_));
        let users = || fs::read(request.project_root.join("Cargo.lock")).ok().filter(|_| is_users);
        if let Some(content) = lockfile.clone().or_else(users) {
            fs::write(&its_lockfile, content).map_err(ArmError::Lockfile)?;
        }
    }
    let (project, unknown) = discover(place, &folder, tree, request, interrupt)?;
    if !has_lockfile {
        *lockfile = fs::read(&its_lockfile).ok();
    }
    let target = workbench.target();
    let request = build_request(&project, request.selection, &target);
    let mut built = build(request, interrupt, compiling)?;
    let own = format!("path+file://{}", workbench.tree().display());
    // The package at the root goes on with `#`, all others with `/`.
    let is_own =
        |package: &String| package.strip_prefix(&own).is_some_and(|rest| rest.starts_with(['/', '#']));
    if built.fresh.iter().any(is_own) && !built.interrupted {
        // Never seen, and never believed: what cargo did not build from this source may be that of another one.
        fs::remove_dir_all(&target)
            .and_then(|()| fs::create_dir_all(&target))
            .map_err(|source| WorkbenchError::Folder { doing: "empty", path: target.clone(), source })?;
        built = build(request, interrupt, compiling)?;
    }
    let binaries = built.executables.iter().map(named).collect::<Result<_, _>>()?;
    let sources = sources(&project);
    let versions = fs::read_to_string(&its_lockfile).map(|text| versions(&text)).unwrap_or_default();
    Ok(BuiltArm { project, built, binaries, missing, sources, versions, unknown })
}

/// What a `Cargo.lock` states of packages that come from elsewhere; nothing where it cannot be read, of which cargo would
/// have told.
fn versions(lockfile: &str) -> PackageVersions {
    #[derive(Default, serde::Deserialize)]
    struct Lockfile {
        #[serde(default)]
        package: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
        source: Option<String>,
    }
    let Lockfile { package } = toml::from_str(lockfile).unwrap_or_default();
    let mut versions = PackageVersions::new();
    for package in package.into_iter().filter(|package| package.source.is_some()) {
        versions.entry(package.name).or_default().insert(package.version);
    }
    versions
}

fn sources(project: &CargoProject) -> BTreeMap<String, String> {
    let benches = project
        .packages
        .iter()
        .flat_map(|package| package.benches.iter().map(move |bench| (package.name.as_str(), bench)));
    let hashed = benches.filter_map(|(package, bench)| {
        let content = fs::read(project.build_root.join(&bench.source)).ok()?;
        Some((format!("{package}/{}", bench.name), sha256(&content)))
    });
    hashed.collect()
}

/// The project of an arm with what of the selection it has, and what it does not have: a benchmark that the other arm
/// alone has is a thing to tell, and no fault.
fn discover(
    mut place: ProjectRoot,
    folder: &Path,
    tree: &Tree,
    request: ArmRequest<'_>,
    interrupt: &Interrupt,
) -> Result<(CargoProject, Vec<ProjectError>), ArmError> {
    let mut selection = request.selection.clone();
    let mut unknown = Vec::new();
    loop {
        match CargoProject::discover_own(place, tree.top(), &selection, request.offline, interrupt) {
            Ok(mut project) => {
                let is_emptied = |all: &[String], left: &[String]| !all.is_empty() && left.is_empty();
                if is_emptied(&request.selection.packages, &selection.packages)
                    || is_emptied(&request.selection.benches, &selection.benches)
                {
                    project.packages.iter_mut().for_each(|package| package.benches.clear());
                }
                return Ok((project, unknown));
            }
            Err(error) => {
                match &error {
                    ProjectError::UnknownPackage { name, .. } => selection.packages.retain(|one| one != name),
                    ProjectError::UnknownBench { name, .. } => selection.benches.retain(|one| one != name),
                    _ => return Err(error.into()),
                }
                unknown.push(error);
                place = ProjectRoot::locate(folder, interrupt)?;
            }
        }
    }
}

/// Gives the other arm the build products of this one, unless it has some: dependencies from registries are then not
/// built twice. All that is built from the arm's own source is older than that source will be, and built anew.
///
/// # Errors
/// When they cannot be copied.
pub fn share_products(workbench: &Workbench, from: Side) -> Result<(), ArmError> {
    adopt_products(workbench, from.other(), &workbench.target_of(from))
}

/// Gives an arm the build products of a target directory, unless it has some, as [`share_products`] does.
///
/// # Errors
/// When they cannot be copied.
pub fn adopt_products(workbench: &Workbench, arm: Side, from: &Path) -> Result<(), ArmError> {
    let to = workbench.target_of(arm);
    let is_empty = fs::read_dir(&to).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty && from.is_dir() {
        copy_tree(from, &to, |_| false)?;
    }
    Ok(())
}

fn named(executable: &BenchExecutable) -> Result<ArmBinary, ProgramError> {
    binary(&format!("{}/{}", executable.package, executable.target), &executable.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_packages_from_elsewhere() {
        let package = |name: &str, version: &str, more: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{more}\n")
        };
        let elsewhere = "source = \"registry+https://example.org\"\n";
        let all = [
            package("own", "0.1.0", ""),
            package("syn", "1.0.0", elsewhere),
            package("syn", "2.0.0", elsewhere),
        ];
        let found = versions(&format!("version = 4\n\n{}", all.concat()));
        let syn = BTreeSet::from(["1.0.0".to_owned(), "2.0.0".to_owned()]);
        assert_eq!(found, PackageVersions::from([("syn".to_owned(), syn)]));
        assert_eq!(versions("no lock file"), PackageVersions::new());
    }
}
