//! The commits between two revisions.

use perfaudit_exec::Interrupt;

use super::git::{LIST_LIMIT, ask};
use super::{Commit, Repository, SourceError};

/// A commit of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The commit.
    pub commit: Commit,
    /// The name of its tree: commits with equal source have the same.
    pub tree: String,
    /// Its parents, the first of them the one it was made on.
    pub parents: Vec<Commit>,
    /// The first line of its message.
    pub subject: String,
}

impl HistoryEntry {
    /// Whether it merges a branch.
    #[must_use]
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

impl Repository {
    /// `good`, and the commits from it to `bad` in the order they were made, each on the one before: of a merge the
    /// line of its first parent is followed.
    ///
    /// # Errors
    /// When `bad` does not descend from `good`, or git cannot be asked.
    pub fn history(
        &self,
        good: &Commit,
        bad: &Commit,
        interrupt: &Interrupt,
    ) -> Result<Vec<HistoryEntry>, SourceError> {
        let base = match ask(&self.git().args(["merge-base", &good.0, &bad.0]), interrupt) {
            Ok(base) => Some(base.trim().to_owned()),
            Err(SourceError::Git { .. }) => None,
            Err(error) => return Err(error),
        };
        if base.as_ref() != Some(&good.0) || good == bad {
            return Err(SourceError::NoDescendant {
                good: good.0.clone(),
                bad: bad.0.clone(),
                why: self.why_no_descendant(base.as_deref(), good, bad, interrupt)?,
            });
        }
        let listed = self.git().args(["rev-list", "--format=%T%n%P%n%s"]).output_limit(LIST_LIMIT);
        let first = ask(&listed.clone().args(["--max-count=1", &good.0]), interrupt)?;
        let range = format!("{}..{}", good.0, bad.0);
        let rest = ask(&listed.args(["--first-parent", "--reverse", &range]), interrupt)?;
        let entries = parse(&first).chain(parse(&rest)).collect::<Option<Vec<_>>>();
        entries
            .ok_or_else(|| SourceError::Git { message: "`git rev-list` answered unlike itself".to_owned() })
    }

    fn why_no_descendant(
        &self,
        base: Option<&str>,
        good: &Commit,
        bad: &Commit,
        interrupt: &Interrupt,
    ) -> Result<String, SourceError> {
        Ok(match base {
            _ if good == bad => "both are the same commit".to_owned(),
            Some(base) if base == bad.0 => {
                "it is the other way round: name them in the other order".to_owned()
            }
            Some(base) => format!("both descend from {base}: begin there"),
            None if self.is_shallow(interrupt)? => {
                "this is a shallow clone: `git fetch --unshallow` brings the rest of the history".to_owned()
            }
            None => "their histories have no commit in common".to_owned(),
        })
    }
}

/// Four lines for each commit: `commit NAME`, its tree, its parents, and its subject.
fn parse(listed: &str) -> impl Iterator<Item = Option<HistoryEntry>> {
    let mut lines = listed.lines();
    std::iter::from_fn(move || {
        let head = lines.next()?;
        let mut entry = || {
            Some(HistoryEntry {
                commit: Commit(head.strip_prefix("commit ")?.to_owned()),
                tree: lines.next()?.to_owned(),
                parents: lines.next()?.split_whitespace().map(|name| Commit(name.to_owned())).collect(),
                subject: lines.next()?.to_owned(),
            })
        };
        Some(entry())
    })
}
