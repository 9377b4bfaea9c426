use std::fs;
use std::path::Path;

/// Where the folder stands in its history, as git keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The branch that is checked out, if there is one.
    pub branch: Option<String>,
    /// The commit, in hexadecimal digits.
    pub commit: String,
}

impl Revision {
    /// Reads `.git/HEAD` and what it refers to; `None` outside of a repository and before the first commit.
    pub fn read(root: &Path) -> Option<Revision> {
        let git = root.join(".git");
        let head = fs::read_to_string(git.join("HEAD")).ok()?;
        let Some(reference) = head.trim_end().strip_prefix("ref: ") else {
            return Some(Revision { branch: None, commit: head.trim_end().to_owned() });
        };
        let commit = match fs::read_to_string(git.join(reference)) {
            Ok(commit) => commit.trim_end().to_owned(),
            Err(_) => packed(&fs::read_to_string(git.join("packed-refs")).ok()?, reference)?,
        };
        let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
        Some(Revision { branch: Some(branch.to_owned()), commit })
    }
}

fn packed(text: &str, reference: &str) -> Option<String> {
    let line = text.lines().find(|line| line.split_once(' ').is_some_and(|(_, name)| name == reference))?;
    line.split_once(' ').map(|(commit, _)| commit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(files: &[(&str, &str)]) -> Option<Revision> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(".git").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Revision::read(folder.path())
    }

    #[test]
    fn the_commit_of_a_branch_is_found_loose_or_packed() {
        let expected = Some(Revision { branch: Some("main".to_owned()), commit: "4f2a".to_owned() });
        let head = ("HEAD", "ref: refs/heads/main\n");
        assert_eq!(repository(&[head, ("refs/heads/main", "4f2a\n")]), expected);
        assert_eq!(
            repository(&[head, ("packed-refs", "# pack\n11 refs/tags/x\n4f2a refs/heads/main\n")]),
            expected
        );
    }

    #[test]
    fn a_commit_can_be_checked_out_without_a_branch() {
        let expected = Some(Revision { branch: None, commit: "4f2a".to_owned() });
        assert_eq!(repository(&[("HEAD", "4f2a\n")]), expected);
    }

    #[test]
    fn there_is_no_revision_outside_of_a_repository() {
        assert_eq!(repository(&[]), None);
        assert_eq!(repository(&[("HEAD", "ref: refs/heads/main\n")]), None);
    }
}
