//! What stands on the two sides of a comparison, and how source trees are taken out of a repository.

mod folder;
mod git;
mod history;
mod patches;
mod working_tree;

use std::path::PathBuf;
use std::str::FromStr;

use perfaudit_exec::RunError;

pub use folder::copy_folder;
pub use git::{Commit, MissingSubmodule, Repository};
pub use history::HistoryEntry;
pub use working_tree::copy_working_tree;

/// One side of a comparison, as the user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArmSource {
    /// A git revision: `rev:REV`, or bare.
    Revision(String),
    /// The working tree with what is not committed: `work`.
    WorkingTree,
    /// The source of a project in a folder, with or without a repository: `path:DIR`.
    Folder(PathBuf),
    /// An executable: `bin:FILE`.
    Binary(PathBuf),
    /// A command line: `cmd:LINE`.
    Command(String),
    /// A run that was recorded: `run:ID`, or the path of its directory.
    Run(String),
}

impl ArmSource {
    /// As the user would name it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Revision(revision) => revision.clone(),
            Self::WorkingTree => "work".to_owned(),
            Self::Folder(path) | Self::Binary(path) => path.display().to_string(),
            Self::Command(line) => line.clone(),
            Self::Run(run) => format!("run:{run}"),
        }
    }
}

/// A side that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArmSourceError {
    /// Nothing stands behind the prefix.
    #[error("nothing stands behind `{prefix}:`, as in `{example}`")]
    Empty {
        /// The prefix.
        prefix: &'static str,
        /// How it is meant.
        example: &'static str,
    },
}

impl FromStr for ArmSource {
    type Err = ArmSourceError;

    fn from_str(text: &str) -> Result<Self, ArmSourceError> {
        let behind = |prefix, example, rest: &str| {
            if rest.trim().is_empty() {
                return Err(ArmSourceError::Empty { prefix, example });
            }
            Ok(rest.to_owned())
        };
        match text.split_once(':') {
            Some(("rev", rest)) => Ok(Self::Revision(behind("rev", "rev:main~1", rest)?)),
            Some(("path", rest)) => Ok(Self::Folder(behind("path", "path:../old", rest)?.into())),
            Some(("bin", rest)) => Ok(Self::Binary(behind("bin", "bin:old/program", rest)?.into())),
            Some(("cmd", rest)) => Ok(Self::Command(behind("cmd", "cmd:sort big.txt", rest)?)),
            Some(("run", rest)) => Ok(Self::Run(behind("run", "run:20260102T030405Z-0a1b", rest)?)),
            _ if text == "work" => Ok(Self::WorkingTree),
            // Whatever else it is, git knows: `main`, `v1.2`, `HEAD~3`, `:/words of a message`.
            _ => Ok(Self::Revision(behind("rev", "rev:main~1", text)?)),
        }
    }
}

/// Why a source tree could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is no repository.
    #[error(
        "`{}` lies in no git repository, so that there is no revision to compare with ({message}); compare folders with `path:DIR`, programs with `bin:FILE`, or commands with `cmd:LINE`",
        path.display()
    )]
    NoRepository {
        /// Where it was looked for.
        path: PathBuf,
        /// What git said.
        message: String,
    },
    /// A revision does not name a commit.
    #[error(
        "`{revision}` names no commit of this repository{}; `git log --oneline` lists them, and files are named as `bin:FILE`",
        if *.is_shallow { ", which is a shallow clone: `git fetch --unshallow` brings the rest" } else { "" }
    )]
    UnknownRevision {
        /// The revision.
        revision: String,
        /// Whether the repository holds only the newest commits.
        is_shallow: bool,
    },
    /// One revision does not descend from the other.
    #[error("there is no line of commits from {good} to {bad}: {why}")]
    NoDescendant {
        /// What should be the ancestor.
        good: String,
        /// What should be the descendant.
        bad: String,
        /// Why there is none, with what helps.
        why: String,
    },
    /// git refused.
    #[error("git: {message}")]
    Git {
        /// What it said.
        message: String,
    },
    /// git cannot be started.
    #[error(
        "{0}; revisions need git on the PATH: folders and programs are compared without it, as `path:DIR` and `bin:FILE`"
    )]
    Start(RunError),
    /// A folder cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file cannot be copied.
    #[error("cannot copy `{}`: {source}", path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no place for temporary files.
    #[error("cannot make a temporary folder: {0}; make room, or name another place with TMPDIR")]
    Scratch(std::io::Error),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_told_by_its_prefix_and_without_one_it_is_a_revision() {
        let parsed = |text: &str| text.parse::<ArmSource>().unwrap();
        assert_eq!(parsed("main~2"), ArmSource::Revision("main~2".into()));
        assert_eq!(parsed(":/fix: a"), ArmSource::Revision(":/fix: a".into()));
        assert_eq!(parsed("rev:work"), ArmSource::Revision("work".into()));
        assert_eq!(parsed("work"), ArmSource::WorkingTree);
        assert_eq!(parsed("path:../a"), ArmSource::Folder("../a".into()));
        assert_eq!(parsed("bin:a/b"), ArmSource::Binary("a/b".into()));
        assert_eq!(parsed("cmd:sort a:b"), ArmSource::Command("sort a:b".into()));
        assert_eq!(parsed("run:x"), ArmSource::Run("x".into()));
        assert!("bin: ".parse::<ArmSource>().unwrap_err().to_string().contains("bin:old/program"));
        assert!("".parse::<ArmSource>().is_err());
    }
}
