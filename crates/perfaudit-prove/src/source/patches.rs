//! Commits as patches.

use perfaudit_exec::Interrupt;

use super::git::{LIST_LIMIT, ask};
use super::{Repository, SourceError};

impl Repository {
    /// The commits that a range `A..B` or a branch names, as `git format-patch` writes them. Of a branch, those since it
    /// left `HEAD`.
    ///
    /// # Errors
    /// When there are none, when one of them is a merge, or git cannot be asked.
    pub fn patches(&self, name: &str, interrupt: &Interrupt) -> Result<String, SourceError> {
        let (from, to) = match name.split_once("..") {
            Some((from, to)) => {
                (self.commit(from, interrupt)?, self.commit(to.trim_start_matches('.'), interrupt)?)
            }
            None => (self.commit("HEAD", interrupt)?, self.commit(name, interrupt)?),
        };
        let git = |message: String| SourceError::Git { message };
        let base = ask(&self.git().args(["merge-base", &from.0, &to.0]), interrupt)
            .map_err(|_| git(format!("`{name}` has no commit in common with what it is compared with")))?;
        let range = format!("{}..{}", base.trim(), to.0);
        let count = |only: &str| ask(&self.git().args(["rev-list", "--count", only, &range]), interrupt);
        if count("--no-merges")?.trim() == "0" {
            return Err(git(format!("`{name}` has no commit that `{}` does not have", from.0)));
        }
        if count("--merges")?.trim() != "0" {
            return Err(git(format!(
                "`{name}` holds merges, which are no patches: `git diff {} {} > all.patch` makes one patch of all of it",
                base.trim(),
                to.0
            )));
        }
        let asked = self
            .git()
            .args(["format-patch", "--stdout", "--no-color", "--no-ext-diff", "--no-textconv", "--no-stat"])
            .args(["--find-renames", "--src-prefix=a/", "--dst-prefix=b/"])
            .output_limit(LIST_LIMIT);
        ask(&asked.arg(range), interrupt)
    }
}
