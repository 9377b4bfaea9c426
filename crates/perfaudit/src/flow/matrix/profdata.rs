//! The program that merges what instrumented programs write. Which one reads the profiles of a compiler, and writes what
//! that compiler reads, is found out by trying: versions tell it for none but the toolchain's own.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Ending, Finished, Interrupt, RunError, run};
use perfaudit_project::CargoProject;

/// Names the program, as other tools for coverage and profiles take it.
const CONFIGURED: &str = "LLVM_PROFDATA";
/// Its name; distributions put a version behind it.
const NAME: &str = "llvm-profdata";
/// Names the file that an instrumented program writes.
pub(super) const PROFILE_VARIABLE: &str = "LLVM_PROFILE_FILE";
/// A program of one function.
const TRIAL: &str = "fn main() {}\n";

/// A program that was seen to merge the profiles of a project's compiler.
#[derive(Debug, Clone)]
pub(super) struct Merger {
    program: PathBuf,
}

/// Why profiles cannot be made here.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoMerger {
    /// No program, or none that fits.
    #[error("none of the {tried} programs `{NAME}` that are here merges the profiles of this compiler")]
    NoneFits {
        /// How many there are.
        tried: usize,
    },
    /// Not one.
    #[error("there is no `{NAME}`, which merges the profiles of programs")]
    Missing,
    /// The compiler makes no such programs.
    #[error("this compiler makes no programs that write profiles: {said}")]
    NoInstrumentation {
        /// The first error of the compiler.
        said: String,
    },
    /// Nothing can be tried.
    #[error("whether profiles can be merged could not be tried: {0}")]
    Io(#[from] std::io::Error),
    /// Nothing can be started.
    #[error("whether profiles can be merged could not be tried: {0}")]
    Start(#[from] RunError),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

impl NoMerger {
    /// What would help.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::NoneFits { .. } | Self::Missing => {
                "`rustup component add llvm-tools`, or install the `llvm-profdata` of the LLVM that `rustc -vV` names, and name it with LLVM_PROFDATA where it is not in PATH"
            }
            Self::NoInstrumentation { .. } => {
                "take a toolchain with the profiler's runtime, as rustup installs it for most targets"
            }
            Self::Io(_) | Self::Start(_) => "make room there, or name another place with TMPDIR",
            Self::Interrupted => "run it again",
        }
    }
}

impl Merger {
    /// The first program that does it: the one that is configured, the toolchain's own, then those of the system.
    pub(super) fn find(project: &CargoProject, interrupt: &Interrupt) -> Result<Self, NoMerger> {
        let scratch = tempfile::tempdir()?;
        let trial = Trial { folder: scratch.path(), project, interrupt };
        fs::write(trial.path("trial.rs"), TRIAL)?;
        let raw = trial.path("trial.profraw");
        let made = trial.compile("instrumented", OsStr::new("-Cprofile-generate"))?;
        if !made.ending.is_success() {
            let said = made.stderr.text();
            let error = said.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            return Err(NoMerger::NoInstrumentation { said: error.to_owned() });
        }
        let program = Command::new(trial.path("instrumented")).env(PROFILE_VARIABLE, &raw);
        trial.run(&program)?;
        if !raw.is_file() {
            return Err(NoMerger::NoInstrumentation { said: "such a program wrote none".to_owned() });
        }
        let candidates = candidates(&project.toolchain.standard_library);
        for program in &candidates {
            let merger = Self { program: program.clone() };
            let merged = trial.path("trial.profdata");
            let mut flag = std::ffi::OsString::from("-Cprofile-use=");
            flag.push(&merged);
            if merger.merge(std::slice::from_ref(&raw), &merged, interrupt)?.is_ok()
                && trial.compile("optimised", &flag)?.ending.is_success()
            {
                return Ok(merger);
            }
        }
        Err(match candidates.len() {
            0 => NoMerger::Missing,
            tried => NoMerger::NoneFits { tried },
        })
    }

    /// Merges profiles into one that the compiler reads; the inner error is what the program says.
    pub(super) fn merge(
        &self,
        raw: &[PathBuf],
        into: &Path,
        interrupt: &Interrupt,
    ) -> Result<Result<(), String>, NoMerger> {
        let command = Command::new(&self.program).arg("merge").arg("-o").arg(into).args(raw);
        // One that cannot be started fits no more than one that fails.
        let finished = match run(&command, interrupt, &mut |_| {}) {
            Ok(finished) => finished,
            Err(error) => return Ok(Err(error.to_string())),
        };
        match finished.ending {
            Ending::Interrupted => Err(NoMerger::Interrupted),
            Ending::Exited(0) if into.is_file() => Ok(Ok(())),
            ending => {
                let said = finished.stderr.last_lines(1).concat();
                Ok(Err(format!("{}: {said}", ending.describe())))
            }
        }
    }
}

/// Where candidates are tried.
struct Trial<'a> {
    folder: &'a Path,
    project: &'a CargoProject,
    interrupt: &'a Interrupt,
}

impl Trial<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Compiles the program of one function with the project's compiler.
    fn compile(&self, name: &str, flag: &OsStr) -> Result<Finished, NoMerger> {
        let command = Command::new("rustc")
            .env("RUSTUP_AUTO_INSTALL", "0")
            .args(["--edition=2021", "--crate-name=trial", "-Copt-level=1"])
            .arg(flag)
            .arg("-o")
            .arg(self.path(name))
            .arg(self.path("trial.rs"))
            .directory(self.project.cargo.directory());
        self.run(&command)
    }

    fn run(&self, command: &Command) -> Result<Finished, NoMerger> {
        let finished = run(command, self.interrupt, &mut |_| {})?;
        if finished.ending == Ending::Interrupted { Err(NoMerger::Interrupted) } else { Ok(finished) }
    }
}

/// The programs of this name, each once.
fn candidates(standard_library: &Path) -> Vec<PathBuf> {
    let configured = std::env::var_os(CONFIGURED).filter(|path| !path.is_empty()).map(PathBuf::from);
    // What the component `llvm-tools` brings lies beside the libraries of the toolchain.
    let own = standard_library.parent().map(|folder| folder.join("bin").join(NAME));
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let of_system = std::env::split_paths(&folders).flat_map(|folder| named(&folder));
    let mut known = BTreeSet::new();
    configured
        .into_iter()
        .chain(own.filter(|path| path.is_file()))
        .chain(of_system)
        .filter(|path| known.insert(path.canonicalize().unwrap_or_else(|_| path.clone())))
        .collect()
}

/// `llvm-profdata` and `llvm-profdata-22` in a folder.
fn named(folder: &Path) -> Vec<PathBuf> {
    let is_one = |name: &str| {
        name.strip_prefix(NAME).is_some_and(|rest| {
            rest.is_empty()
                || rest.strip_prefix('-').is_some_and(|version| {
                    !version.is_empty() && version.chars().all(|c| c.is_ascii_digit() || c == '.')
                })
        })
    };
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_one))
        .map(|entry| entry.path())
        .collect();
    // The newest first: the compilers that people use are newer than most of what distributions have.
    found.sort_by(|a, b| b.cmp(a));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_with_and_without_a_version_behind_their_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["llvm-profdata", "llvm-profdata-14", "llvm-profdata-22", "llvm-profdata-22.old", "llvm-profgen"]
        {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = named(folder.path());
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["llvm-profdata-22", "llvm-profdata-14", "llvm-profdata"]);
        assert_eq!(named(&folder.path().join("none")), Vec::<PathBuf>::new());
    }
}
