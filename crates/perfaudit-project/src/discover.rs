//! Finding the workspace, its packages and their benchmark targets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, PackageId, TargetKind};
use perfaudit_exec::{Command, FileLock, Finished, Interrupt};
use perfaudit_result::Toolchain;

use crate::cargo::Cargo;
use crate::error::{FETCH, ProjectError};
use crate::manifest::{harness_by_bench, read_toml, resolved};
use crate::places::WorkDirectory;
use crate::scratch_copy;
use crate::selection::Selection;
use crate::targets::PackageTarget;
use crate::toolchain::{self, InstalledToolchain};
use crate::unloaded::Loading;

/// Where runs are kept in a folder without a project.
const OWN_FOLDER: &str = ".perfaudit";

/// A cargo workspace, or a package outside of any.
#[derive(Debug)]
pub struct CargoProject {
    /// The root of the user's tree, absolute.
    pub root: PathBuf,
    /// The root of the tree that is built: the same, or a copy.
    pub build_root: PathBuf,
    /// The copy and why it is one, if it is.
    pub copied: Option<Copied>,
    /// The name of the root package, else of the root directory.
    pub name: String,
    /// The selected packages, by name.
    pub packages: Vec<CargoPackage>,
    /// The project's own target directory, in or below the user's tree unless configured otherwise.
    pub target_directory: PathBuf,
    /// What it is built with.
    pub toolchain: InstalledToolchain,
    /// Calls cargo in [`CargoProject::build_root`].
    pub cargo: Cargo,
    /// How much cargo told of it.
    pub loading: Loading,
}

/// A project that is built in a copy.
#[derive(Debug)]
pub struct Copied {
    /// Why.
    pub reason: CopyReason,
    /// Keeps other processes from replacing the copy.
    _lock: FileLock,
}

/// Why a project is built in a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyReason {
    /// It has no `Cargo.lock`.
    NoLockfile,
    /// Its `Cargo.lock` does not fit its manifests.
    StaleLockfile,
    /// What is to be tried with it changes its files.
    Trial,
}

/// A package of the workspace.
#[derive(Debug, Clone)]
pub struct CargoPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Cargo's identifier, as build messages carry it.
    pub id: PackageId,
    /// Its directory in the tree that is built.
    pub directory: PathBuf,
    /// The same, relative to the root; empty for the root itself.
    pub relative: PathBuf,
    /// Its library, unless it has none or is a procedural macro.
    pub library: Option<Library>,
    /// Its benchmark targets, by name.
    pub benches: Vec<BenchTarget>,
    /// Its library, its programs and its tests, in the order of the metadata.
    pub targets: Vec<PackageTarget>,
}

impl CargoPackage {
    /// What cargo is told of it: `--package NAME@VERSION`.
    #[must_use]
    pub fn arguments(&self) -> [String; 2] {
        ["--package".to_owned(), format!("{}@{}", self.name, self.version)]
    }
}

/// The library of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The name by which its users refer to it.
    pub name: String,
    /// Its root file in the tree that is built.
    pub source: PathBuf,
    /// The year of its edition.
    pub edition: String,
    /// The features that are enabled.
    pub features: Vec<String>,
}

/// A benchmark target of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchTarget {
    /// Its name.
    pub name: String,
    /// Its source file, relative to the project's root.
    pub source: PathBuf,
    /// True when it is linked with the standard test harness.
    pub standard_harness: bool,
    /// Features it requires that are not enabled.
    pub missing_features: Vec<String>,
}

/// Where a project is, before anything in it is looked at.
#[derive(Debug, Clone)]
pub struct ProjectRoot {
    /// The root of the workspace, or of a package outside of any; absolute.
    pub path: PathBuf,
    /// The folder of the nearest manifest: the root itself, or a member.
    folder: PathBuf,
    toolchain: InstalledToolchain,
}

impl ProjectRoot {
    /// Finds the root of the project that holds `path`. Needs no network.
    ///
    /// # Errors
    /// When there is no project, or its toolchain cannot be used.
    pub fn locate(path: &Path, interrupt: &Interrupt) -> Result<Self, ProjectError> {
        let start =
            path.canonicalize().map_err(|source| ProjectError::Path { path: path.to_owned(), source })?;
        let manifest = nearest_manifest(&start)?;
        let folder = manifest.parent().expect("a manifest lies in a folder").to_owned();
        // Asked first, so that a missing toolchain is told as such and not as a fault of the manifest.
        let toolchain = toolchain::installed(&Cargo::new(&folder, true), interrupt)?;
        let path = workspace_root(&folder, interrupt)?;
        Ok(Self { path, folder, toolchain })
    }
}

impl CargoProject {
    /// Finds what a project holds.
    ///
    /// # Errors
    /// When cargo cannot load it, or when the selection names what it does not have.
    pub fn discover(
        place: ProjectRoot,
        selection: &Selection,
        offline: bool,
        interrupt: &Interrupt,
    ) -> Result<Self, ProjectError> {
        let cargo = Cargo::new(&place.path, offline);
        let loaded = load(&place.path, cargo, selection, interrupt)?;
        Self::of(place, selection, loaded)
    }

    /// As [`CargoProject::discover`], always in a copy, whose files the caller may change. The next caller gets a fresh one.
    ///
    /// # Errors
    /// As [`CargoProject::discover`], and when the copy cannot be made.
    pub fn discover_in_copy(
        place: ProjectRoot,
        selection: &Selection,
        offline: bool,
        interrupt: &Interrupt,
    ) -> Result<Self, ProjectError> {
        let cargo = Cargo::new(&place.path, offline);
        let loaded = load_in_copy(&place.path, &cargo, CopyReason::Trial, selection, interrupt)?;
        Self::of(place, selection, loaded)
    }

    /// As [`CargoProject::discover`], in a tree that is ours: cargo may write its `Cargo.lock`. `instead_of` is the tree
    /// that it stands for; the configuration of cargo in the folders above that one counts.
    ///
    /// # Errors
    /// As [`CargoProject::discover`].
    pub fn discover_own(
        place: ProjectRoot,
        instead_of: &Path,
        selection: &Selection,
        offline: bool,
        interrupt: &Interrupt,
    ) -> Result<Self, ProjectError> {
        let cargo = Cargo::new(instead_of, offline).moved(&place.path);
        let metadata = metadata(&cargo, selection, false, interrupt)?;
        Self::of(place, selection, (cargo, None, metadata))
    }

    pub(crate) fn of(
        place: ProjectRoot,
        selection: &Selection,
        loaded: Loaded,
    ) -> Result<Self, ProjectError> {
        let ProjectRoot { path: root, folder, toolchain } = place;
        let (cargo, copied, metadata) = loaded;
        let build_root = cargo.directory().to_owned();
        // A member that was named by its path stands for itself; the root stands for the workspace.
        let only = (folder != root).then(|| build_root.join(folder.strip_prefix(&root).unwrap_or(&folder)));
        let packages = select_packages(&metadata, &build_root, only.as_deref(), selection)?;
        let target_directory = match metadata.target_directory.as_std_path().strip_prefix(&build_root) {
            Ok(inside) => root.join(inside),
            Err(_) => metadata.target_directory.clone().into_std_path_buf(),
        };
        let name = metadata.root_package().map_or_else(
            || {
                root.file_name()
                    .map_or_else(|| "workspace".into(), |name| name.to_string_lossy().into_owned())
            },
            |package| package.name.to_string(),
        );
        let loading = Loading::Whole;
        Ok(Self { root, build_root, copied, name, packages, target_directory, toolchain, cargo, loading })
    }
}

impl CargoProject {
    /// A folder that belongs to no project, for commands that are measured in it. It has no packages, and an empty
    /// toolchain.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn none(folder: &Path) -> Result<Self, ProjectError> {
        let root =
            folder.canonicalize().map_err(|source| ProjectError::Path { path: folder.to_owned(), source })?;
        let unknown = String::new;
        Ok(Self {
            build_root: root.clone(),
            copied: None,
            name: root.file_name().map_or_else(|| "root".into(), |name| name.to_string_lossy().into_owned()),
            packages: Vec::new(),
            target_directory: root.join(OWN_FOLDER),
            toolchain: InstalledToolchain {
                versions: Toolchain { rustc: unknown(), cargo: unknown(), host: unknown() },
                standard_library: PathBuf::new(),
            },
            cargo: Cargo::new(&root, true),
            loading: Loading::Whole,
            root,
        })
    }

    /// The compiler's `cfg` for the project's target, as `rustc --print cfg` prints it.
    ///
    /// # Errors
    /// When the compiler cannot be asked.
    pub fn compiler_cfg(&self, interrupt: &Interrupt) -> Result<String, ProjectError> {
        toolchain::cfg(&self.cargo, interrupt)
    }

    /// Whether it is built by cargo; see [`CargoProject::none`].
    #[must_use]
    pub fn has_cargo(&self) -> bool {
        !self.toolchain.versions.cargo.is_empty()
    }

    /// Finds or makes the directory for builds and runs.
    ///
    /// # Errors
    /// When no place can be written to.
    pub fn work_directory(&self) -> Result<WorkDirectory, ProjectError> {
        let path = if self.target_directory.ends_with(OWN_FOLDER) {
            self.target_directory.clone()
        } else {
            self.target_directory.join("perfaudit")
        };
        WorkDirectory::prepare(&self.root, path)
    }
}

fn nearest_manifest(start: &Path) -> Result<PathBuf, ProjectError> {
    if start.is_file() && start.file_name().is_some_and(|name| name == "Cargo.toml") {
        return Ok(start.to_owned());
    }
    start
        .ancestors()
        .map(|folder| folder.join("Cargo.toml"))
        .find(|manifest| manifest.is_file())
        .ok_or_else(|| ProjectError::NoManifest { path: start.to_owned() })
}

/// `cargo locate-project` finds the root without writing a `Cargo.lock`, which `cargo metadata` would.
fn workspace_root(folder: &Path, interrupt: &Interrupt) -> Result<PathBuf, ProjectError> {
    let cargo = Cargo::new(folder, true);
    let command = cargo.command("locate-project").args(["--workspace", "--message-format", "plain"]);
    let finished = Cargo::query(command, interrupt)?;
    if !finished.ending.is_success() {
        return Err(refused(&finished));
    }
    let manifest = PathBuf::from(finished.stdout.text().trim());
    let root = manifest.parent().unwrap_or(folder);
    root.canonicalize().map_err(|source| ProjectError::Path { path: root.to_owned(), source })
}

/// What loading a project gives: how cargo is called, the copy if there is one, and what cargo tells.
pub(crate) type Loaded = (Cargo, Option<Copied>, Metadata);

/// Loads the metadata in place if cargo need not write for that, else in a copy.
fn load(
    root: &Path,
    cargo: Cargo,
    selection: &Selection,
    interrupt: &Interrupt,
) -> Result<Loaded, ProjectError> {
    let reason = if root.join("Cargo.lock").is_file() {
        match metadata(&cargo, selection, true, interrupt) {
            Ok(metadata) => return Ok((cargo, None, metadata)),
            Err(ProjectError::Cargo { message }) if message.contains("--locked") => CopyReason::StaleLockfile,
            Err(error) => return Err(error),
        }
    } else {
        CopyReason::NoLockfile
    };
    load_in_copy(root, &cargo, reason, selection, interrupt)
}

fn load_in_copy(
    root: &Path,
    cargo: &Cargo,
    reason: CopyReason,
    selection: &Selection,
    interrupt: &Interrupt,
) -> Result<Loaded, ProjectError> {
    let copy = scratch_copy::make(root, interrupt)?;
    let cargo = cargo.moved(&copy.root);
    let metadata = metadata(&cargo, selection, false, interrupt)?;
    Ok((cargo, Some(Copied { reason, _lock: copy.lock }), metadata))
}

fn metadata(
    cargo: &Cargo,
    selection: &Selection,
    locked: bool,
    interrupt: &Interrupt,
) -> Result<Metadata, ProjectError> {
    let mut command =
        cargo.command("metadata").args(["--format-version", "1"]).args(selection.features.cargo_arguments());
    if locked {
        command = command.arg("--locked");
    }
    parsed(command, interrupt)
}

/// The packages of a workspace as their manifests have them. Needs no network, and writes no `Cargo.lock`.
pub(crate) fn metadata_without_dependencies(
    cargo: &Cargo,
    interrupt: &Interrupt,
) -> Result<Metadata, ProjectError> {
    parsed(cargo.command("metadata").args(["--format-version", "1", "--no-deps"]), interrupt)
}

/// What cargo said of a project that it does not load.
fn refused(finished: &Finished) -> ProjectError {
    let said = finished.stderr.text();
    let help = if said.contains("--offline") { FETCH } else { "" };
    ProjectError::Cargo { message: format!("{}\n{help}", said.trim_end()).trim_end().to_owned() }
}

fn parsed(command: Command, interrupt: &Interrupt) -> Result<Metadata, ProjectError> {
    let finished = Cargo::query(command, interrupt)?;
    if !finished.ending.is_success() {
        return Err(refused(&finished));
    }
    MetadataCommand::parse(finished.stdout.text())
        .map_err(|error| ProjectError::Cargo { message: format!("its metadata cannot be read: {error}") })
}

fn select_packages(
    metadata: &Metadata,
    build_root: &Path,
    only: Option<&Path>,
    selection: &Selection,
) -> Result<Vec<CargoPackage>, ProjectError> {
    let members = metadata.workspace_packages();
    for name in &selection.packages {
        if !members.iter().any(|package| package.name.as_str() == name) {
            let available = members.iter().map(|package| package.name.to_string()).collect();
            return Err(ProjectError::UnknownPackage { name: name.clone(), available });
        }
    }
    let mut packages = Vec::new();
    for package in members {
        let directory = package.manifest_path.as_std_path().parent().expect("a manifest lies in a folder");
        let wanted = if selection.packages.is_empty() {
            only.is_none_or(|only| only == directory)
        } else {
            selection.packages.iter().any(|name| package.name.as_str() == name)
        };
        if wanted {
            packages.push(package_of(metadata, package, build_root)?);
        }
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    select_benches(&mut packages, &selection.benches)?;
    Ok(packages)
}

fn select_benches(packages: &mut [CargoPackage], wanted: &[String]) -> Result<(), ProjectError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let available: BTreeSet<&str> =
        packages.iter().flat_map(|package| &package.benches).map(|bench| bench.name.as_str()).collect();
    if let Some(name) = wanted.iter().find(|name| !available.contains(name.as_str())) {
        let available = available.into_iter().map(str::to_owned).collect();
        return Err(ProjectError::UnknownBench { name: name.clone(), available });
    }
    for package in packages {
        package.benches.retain(|bench| wanted.contains(&bench.name));
    }
    Ok(())
}

fn package_of(
    metadata: &Metadata,
    package: &cargo_metadata::Package,
    build_root: &Path,
) -> Result<CargoPackage, ProjectError> {
    let manifest = package.manifest_path.as_std_path();
    let directory = manifest.parent().expect("a manifest lies in a folder");
    let harness = harness_by_bench(&read_toml(manifest)?);
    let enabled = enabled_features(metadata, &package.id);
    let relative = |path: &Path| path.strip_prefix(build_root).unwrap_or(path).to_owned();
    let mut benches: Vec<BenchTarget> = package
        .targets
        .iter()
        .filter(|target| target.kind.contains(&TargetKind::Bench))
        .map(|target| BenchTarget {
            name: target.name.clone(),
            source: relative(&resolved(target.src_path.as_std_path())),
            standard_harness: harness.get(&target.name).copied().unwrap_or(true),
            missing_features: target
                .required_features
                .iter()
                .filter(|feature| !enabled.contains(feature.as_str()))
                .cloned()
                .collect(),
        })
        .collect();
    benches.sort_by(|a, b| a.name.cmp(&b.name));
    let library = package.targets.iter().find(|target| is_library(target)).map(|target| Library {
        name: target.name.replace('-', "_"),
        source: target.src_path.clone().into_std_path_buf(),
        edition: target.edition.to_string(),
        features: enabled.iter().map(|&feature| feature.to_owned()).collect(),
    });
    Ok(CargoPackage {
        library,
        name: package.name.to_string(),
        version: package.version.to_string(),
        id: package.id.clone(),
        directory: directory.to_owned(),
        relative: relative(directory),
        benches,
        targets: package.targets.iter().filter_map(PackageTarget::of).collect(),
    })
}

/// Whether benchmarks can be linked with a target.
fn is_library(target: &cargo_metadata::Target) -> bool {
    target.kind.iter().any(|kind| matches!(kind, TargetKind::Lib | TargetKind::RLib | TargetKind::DyLib))
}

/// The features that the resolver enabled for a package.
fn enabled_features<'a>(metadata: &'a Metadata, id: &PackageId) -> BTreeSet<&'a str> {
    let by_id: BTreeMap<_, _> = metadata
        .resolve
        .iter()
        .flat_map(|resolve| &resolve.nodes)
        .map(|node| (&node.id, &node.features))
        .collect();
    by_id.get(id).into_iter().copied().flatten().map(|feature| feature.as_str()).collect()
}
