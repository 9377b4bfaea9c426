//! Projects to audit, each in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};

use tempfile::TempDir;
use walkdir::WalkDir;

use super::processes::Marker;
use super::{Audited, Invocation, Outcome, Tree, fixtures};

/// What stands for Criterion where nothing needs to be measured.
pub(crate) const FAKE_CRITERION: &str =
    include_str!("../../../../../testdata/projects/misbehaving/fake_criterion.rs");

/// A package named `small`, without targets of its own.
pub(crate) const MANIFEST: &str = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

const LOCKFILE: &str = "version = 4\n\n[[package]]\nname = \"small\"\nversion = \"0.1.0\"\n";

/// Where times matter, nothing else is measured: tests of one process run beside each other.
static MEASURING: RwLock<()> = RwLock::new(());

/// The section of a manifest for a benchmark target.
pub(crate) fn bench_section(name: &str) -> String {
    format!("\n[[bench]]\nname = \"{name}\"\nharness = false\n")
}

/// A benchmark target beside `fake_criterion.rs` that holds these benchmarks: names and closures.
pub(crate) fn fake_bench(benchmarks: &str) -> String {
    format!(
        "#[path = \"../fake_criterion.rs\"]\nmod fake_criterion;\n#[allow(unused_imports)]\nuse fake_criterion::Measurement;\nfn main() {{\n    fake_criterion::main(&[{benchmarks}]);\n}}\n"
    )
}

/// A project in a folder of its own.
#[derive(Debug)]
pub(crate) struct Project {
    home: PathBuf,
    /// Removes the folder when it is dropped.
    _temporary: Option<TempDir>,
    marker: Marker,
    audits: AtomicU32,
}

impl Project {
    /// An empty folder, which goes with the project.
    pub(crate) fn empty() -> Self {
        // Below the system's temporary folder: in the target directory, cargo would find our own workspace.
        let home = TempDir::with_prefix("perfaudit-test-").expect("a temporary folder can be made");
        let path = home.path().canonicalize().expect("the folder is there");
        Self::at(path, Some(home))
    }

    fn at(home: PathBuf, temporary: Option<TempDir>) -> Self {
        for folder in ["project", "temporary", "cache"] {
            fs::create_dir_all(home.join(folder)).expect("the folder can be made");
        }
        Self { home, _temporary: temporary, marker: Marker::unique(), audits: AtomicU32::new(0) }
    }

    /// A package `small` with a benchmark target `first` that holds one sound benchmark.
    pub(crate) fn small() -> Self {
        Self::empty()
            .file("Cargo.toml", &format!("{MANIFEST}{}", bench_section("first")))
            .file("Cargo.lock", LOCKFILE)
            .file("src/lib.rs", "")
            .file("fake_criterion.rs", FAKE_CRITERION)
            .file("benches/first.rs", &fake_bench("(\"sound\", Measurement::write_sound)"))
    }

    /// A copy of a fixture that several tests share. It is a workspace of its own and stays in the target directory,
    /// so that what has not changed is not built again the next time.
    pub(crate) fn copy_of(fixture: &str) -> Self {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(fixture);
        for earlier in ["runs", "temporary", "cache"] {
            let _ = fs::remove_dir_all(home.join(earlier));
        }
        let project = Self::at(home, None);
        synchronise(&fixtures().join(fixture), &project.root());
        project
    }

    /// A copy of a fixture in a folder that goes with the project, to be changed.
    pub(crate) fn own_copy_of(fixture: &str) -> Self {
        let project = Self::empty();
        synchronise(&fixtures().join(fixture), &project.root());
        project
    }

    /// Whether a process that came from the project's commands has these words in its command line.
    pub(crate) fn is_running(&self, words: &str) -> bool {
        self.marker.carriers().iter().any(|line| line.contains(words))
    }

    /// Calls the command while nothing else is audited.
    pub(crate) fn quietly(&self, arguments: &[&str]) -> Outcome {
        let _nothing_else = MEASURING.write().unwrap_or_else(PoisonError::into_inner);
        self.perfaudit().args(arguments).run()
    }

    /// Writes a file of the project.
    pub(crate) fn file(self, path: &str, content: &str) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }

    /// Removes a file of the project.
    pub(crate) fn without(self, path: &str) -> Self {
        fs::remove_file(self.root().join(path)).expect("the file is there");
        self
    }

    /// The folder that holds the project and the places for temporary files and caches.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home().join("project")
    }

    /// The folder of the project's runs, unless it is configured elsewhere.
    pub(crate) fn runs(&self) -> PathBuf {
        self.root().join("target/perfaudit/runs")
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::read(&self.root())
    }

    /// The command, to be called in the project.
    pub(crate) fn perfaudit(&self) -> Invocation {
        self.mark(Invocation::new(self.home()))
    }

    /// Marks a call as this project's, so that nothing it starts is overlooked.
    pub(crate) fn mark(&self, invocation: Invocation) -> Invocation {
        invocation.directory(&self.root()).env(Marker::VARIABLE, self.marker.value())
    }

    /// Audits the project and checks what holds for every audit.
    pub(crate) fn audit(&self, arguments: &[&str]) -> Audited {
        self.audit_with(self.perfaudit(), arguments)
    }

    /// Audits a project, with dependencies from the registry, while nothing else is audited.
    pub(crate) fn audit_quietly(&self, arguments: &[&str]) -> Audited {
        let _nothing_else = MEASURING.write().unwrap_or_else(PoisonError::into_inner);
        self.audit_alone(self.perfaudit(), arguments)
    }

    /// As [`Project::audit`], with a prepared call.
    pub(crate) fn audit_with(&self, invocation: Invocation, arguments: &[&str]) -> Audited {
        let _beside_others = MEASURING.read().unwrap_or_else(PoisonError::into_inner);
        let offline: Vec<&str> = ["--offline"].into_iter().chain(arguments.iter().copied()).collect();
        self.audit_alone(invocation, &offline)
    }

    fn audit_alone(&self, invocation: Invocation, arguments: &[&str]) -> Audited {
        let out = self.home().join("runs").join(self.audits.fetch_add(1, Ordering::Relaxed).to_string());
        let before = self.tree();
        let outcome = invocation
            .args(["audit", "--verbose", "--seed", "1", "--out"])
            .args([&out])
            .args(arguments)
            .run();
        let audited = Audited::read(outcome, &out);
        audited.check(&self.tree().changes_since(&before));
        self.nothing_survives();
        audited
    }

    /// No process that a call has started is left.
    pub(crate) fn nothing_survives(&self) {
        assert_eq!(self.marker.carriers(), Vec::<String>::new(), "processes were left behind");
    }

    /// The same as a repository in which nothing is committed yet; the target directory is left out of it.
    pub(crate) fn under_git(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch", "main"]);
        self.file(".gitignore", "target\n")
    }

    /// Calls git in the project.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"])
            .args(arguments)
            .current_dir(self.root())
            .output()
            .expect("git can be started");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// Makes `to` hold the files of `from`, and touches only those that differ.
fn synchronise(from: &Path, to: &Path) {
    for file in files_below(to).filter(|file| !from.join(file).is_file()) {
        fs::remove_file(to.join(file)).expect("the file can be removed");
    }
    for file in files_below(from) {
        let (source, target) = (from.join(&file), to.join(&file));
        let content = fs::read(&source).expect("the fixture can be read");
        if fs::read(&target).is_ok_and(|present| present == content) {
            continue;
        }
        fs::create_dir_all(target.parent().expect("a file lies in a folder"))
            .expect("the folder can be made");
        fs::write(&target, content).expect("the file can be written");
    }
}

fn files_below(root: &Path) -> impl Iterator<Item = PathBuf> + '_ {
    WalkDir::new(root)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(move |entry| entry.path().strip_prefix(root).expect("a walk stays below its root").to_owned())
}
