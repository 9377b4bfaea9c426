//! Trees of a git repository, taken out without touching the repository or its working tree.

use std::path::{Path, PathBuf};

use perfaudit_exec::{Command, Ending, Interrupt, OutputLimit, run};

use super::SourceError;

/// The paths of a large repository fit.
pub(super) const LIST_LIMIT: OutputLimit = OutputLimit(256 * 1024 * 1024);
/// The mode of an entry of the index that is a commit of another repository.
const SUBMODULE: &str = "160000";

/// A repository with a working tree: also a linked one (`git worktree`), a submodule or a shallow clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The root of the working tree, absolute.
    pub top: PathBuf,
    git_directory: PathBuf,
}

/// A commit, by its full name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(pub String);

/// A submodule that is not there: it was never fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSubmodule {
    /// Its path, relative to the root of the tree.
    pub path: PathBuf,
}

impl Repository {
    /// The repository whose working tree holds `path`.
    ///
    /// # Errors
    /// When there is none, or git cannot be used.
    pub fn holding(path: &Path, interrupt: &Interrupt) -> Result<Self, SourceError> {
        let asked = git(path).args(["rev-parse", "--show-toplevel", "--absolute-git-dir"]);
        let said = ask(&asked, interrupt).map_err(|error| match error {
            SourceError::Git { message } => SourceError::NoRepository { path: path.to_owned(), message },
            error => error,
        })?;
        let mut lines = said.lines().map(PathBuf::from);
        match (lines.next(), lines.next()) {
            (Some(top), Some(git_directory)) => Ok(Self { top, git_directory }),
            _ => Err(SourceError::Git { message: format!("`git rev-parse` answered `{said}`") }),
        }
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// When there is none, with the reason where that is a shallow clone.
    pub fn commit(&self, revision: &str, interrupt: &Interrupt) -> Result<Commit, SourceError> {
        let unknown = |is_shallow| SourceError::UnknownRevision { revision: revision.to_owned(), is_shallow };
        // What begins with a hyphen is an option to git and never a revision.
        if revision.starts_with('-') || revision.is_empty() {
            return Err(unknown(false));
        }
        let asked = self.git().args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        match ask(&asked.arg(format!("{revision}^{{commit}}")), interrupt) {
            Ok(commit) => Ok(Commit(commit.trim().to_owned())),
            Err(SourceError::Git { .. }) => Err(unknown(self.is_shallow(interrupt)?)),
            Err(error) => Err(error),
        }
    }

    /// The name of the tree of a commit: commits with equal source have the same.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn tree_name(&self, commit: &Commit, interrupt: &Interrupt) -> Result<String, SourceError> {
        let asked = self.git().args(["rev-parse", "--verify", "--end-of-options"]);
        Ok(ask(&asked.arg(format!("{}^{{tree}}", commit.0)), interrupt)?.trim().to_owned())
    }

    /// Whether the working tree differs from `HEAD`: files that git does not know yet count, ignored ones do not.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn is_dirty(&self, interrupt: &Interrupt) -> Result<bool, SourceError> {
        let asked = self.git().args(["status", "--porcelain", "--untracked-files=normal"]);
        Ok(!ask(&asked, interrupt)?.trim().is_empty())
    }

    /// Writes the tree of a commit into the folder `to`, as a checkout would, with its submodules as far as they are
    /// there. An index of our own is used. `git archive` would leave out what is marked `export-ignore`.
    ///
    /// # Errors
    /// When git fails, or a file cannot be written.
    pub fn export(
        &self,
        commit: &Commit,
        to: &Path,
        interrupt: &Interrupt,
    ) -> Result<Vec<MissingSubmodule>, SourceError> {
        let write = |source| SourceError::Write { path: to.to_owned(), source };
        std::fs::create_dir_all(to).map_err(write)?;
        let scratch = tempfile::tempdir().map_err(SourceError::Scratch)?;
        let index = scratch.path().join("index");
        // Attributes are read from the tree that is written, not from the user's.
        let at = || {
            git(to)
                .arg("--git-dir")
                .arg(&self.git_directory)
                .arg("--work-tree")
                .arg(to)
                .env("GIT_INDEX_FILE", &index)
        };
        ask(&at().args(["read-tree", "--end-of-options", &commit.0]), interrupt)?;
        ask(&at().args(["checkout-index", "--all", "--force"]), interrupt)?;
        let entries = ask(&at().args(["ls-files", "--stage", "-z"]).output_limit(LIST_LIMIT), interrupt)?;
        let mut missing = Vec::new();
        for (path, commit) in submodules(&entries) {
            let place = to.join(&path);
            match self.submodule(&path, &commit, interrupt) {
                Some(submodule) => {
                    let below = submodule.export(&commit, &place, interrupt)?;
                    missing
                        .extend(below.into_iter().map(|one| MissingSubmodule { path: path.join(one.path) }));
                }
                None => missing.push(MissingSubmodule { path }),
            }
        }
        Ok(missing)
    }

    /// The files of the working tree that git knows or would add, relative to the root; those of submodules too.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn working_files(&self, interrupt: &Interrupt) -> Result<Vec<PathBuf>, SourceError> {
        let asked = self
            .git()
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
            .output_limit(LIST_LIMIT);
        let listed = ask(&asked, interrupt)?;
        let mut files = Vec::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from) {
            if !self.top.join(&path).is_dir() {
                files.push(path);
            } else if let Ok(submodule) = Self::holding(&self.top.join(&path), interrupt)
                && submodule.top != self.top
            {
                files.extend(submodule.working_files(interrupt)?.into_iter().map(|file| path.join(file)));
            }
        }
        Ok(files)
    }

    /// The repository of a submodule, if it is there and holds the commit.
    fn submodule(&self, path: &Path, commit: &Commit, interrupt: &Interrupt) -> Option<Self> {
        let place = self.top.join(path);
        let submodule = Self::holding(&place, interrupt).ok().filter(|found| found.top != self.top)?;
        submodule.commit(&commit.0, interrupt).ok().map(|_| submodule)
    }

    /// Whether it holds only the newest commits.
    pub(super) fn is_shallow(&self, interrupt: &Interrupt) -> Result<bool, SourceError> {
        let asked = self.git().args(["rev-parse", "--is-shallow-repository"]);
        Ok(ask(&asked, interrupt)?.trim() == "true")
    }

    pub(super) fn git(&self) -> Command {
        git(&self.top).env_remove("GIT_INDEX_FILE")
    }
}

/// The submodules among the entries of an index, as `git ls-files --stage -z` prints them: `MODE OBJECT STAGE\tPATH`.
fn submodules(entries: &str) -> impl Iterator<Item = (PathBuf, Commit)> {
    entries.split('\0').filter_map(|entry| {
        let (about, path) = entry.split_once('\t')?;
        let mut words = about.split(' ');
        (words.next()? == SUBMODULE).then_some(())?;
        Some((PathBuf::from(path), Commit(words.next()?.to_owned())))
    })
}

/// git without hooks, without daemons, without questions, and without fetching what a partial clone lacks.
fn git(directory: &Path) -> Command {
    Command::new("git")
        .arg("--no-optional-locks")
        .args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"])
        .args(["-c", "core.sparseCheckout=false"])
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        // A hook that calls perfaudit hands over its own repository.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .directory(directory)
}

pub(super) fn ask(command: &Command, interrupt: &Interrupt) -> Result<String, SourceError> {
    let finished = run(command, interrupt, &mut |_| {}).map_err(SourceError::Start)?;
    match finished.ending {
        Ending::Exited(0) => Ok(finished.stdout.text()),
        Ending::Interrupted => Err(SourceError::Interrupted),
        ending => {
            let said = finished.stderr.text();
            let message = if said.trim().is_empty() { ending.describe() } else { said.trim().to_owned() };
            Err(SourceError::Git { message })
        }
    }
}
