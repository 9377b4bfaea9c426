//! The state of the working tree, as git tells it.

use std::path::Path;

use perfaudit_exec::{Command, Interrupt, run};
use perfaudit_result::Vcs;

/// The commit that is checked out, and whether tracked files differ from it; none outside a repository or without
/// git. Nothing is written: git would refresh its index otherwise.
#[must_use]
pub fn vcs_state(root: &Path, interrupt: &Interrupt) -> Option<Vcs> {
    let git = |arguments: &[&str]| {
        let command = Command::new("git").arg("--no-optional-locks").args(arguments).directory(root);
        let finished = run(&command, interrupt, &mut |_| {}).ok()?;
        finished.ending.is_success().then(|| finished.stdout.text())
    };
    let commit = git(&["rev-parse", "HEAD"])?.trim().to_owned();
    let dirty = !git(&["status", "--porcelain", "--untracked-files=no", "--", "."])?.trim().is_empty();
    Some(Vcs { commit, dirty })
}
