//! Paths in a configuration: relative, and inside the project.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use super::problem::{Complaint, quote};

/// A path relative to the project's root that does not lead out of it by name; empty for the root itself. Where
/// symbolic links lead is checked when a configuration is loaded from the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectPath(PathBuf);

impl ProjectPath {
    pub(super) fn parse(text: &str) -> Result<Self, Complaint> {
        let leaves = || Complaint::new(format!("{} leads out of the project", quote(text)));
        if text.is_empty() || text.contains('\0') {
            return Err(Complaint::new(format!("{} is no path", quote(text))));
        }
        let mut path = PathBuf::new();
        for component in Path::new(text).components() {
            match component {
                Component::CurDir => {}
                Component::Normal(name) => path.push(name),
                // `pop` is false at the root of the project.
                Component::ParentDir if path.pop() => {}
                Component::ParentDir => return Err(leaves()),
                Component::RootDir | Component::Prefix(_) => {
                    return Err(leaves().hint("write it relative to the project's root"));
                }
            }
        }
        Ok(Self(path))
    }

    /// The path, relative to the project's root.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// Whether following symbolic links from the canonical `root` leads out of it. What does not exist leads nowhere.
    pub(super) fn leaves(&self, root: &Path) -> bool {
        root.join(&self.0).canonicalize().is_ok_and(|path| !path.starts_with(root))
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.as_os_str().is_empty() { f.write_str(".") } else { self.0.display().fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_inside_is_resolved_by_name() {
        for (text, path) in [("crates/x", "crates/x"), ("./a/../b", "b"), (".", ""), ("a//b/", "a/b")] {
            assert_eq!(ProjectPath::parse(text).unwrap().as_path(), Path::new(path));
        }
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        for text in ["../x", "a/../../x", "/etc", "", "a\0b"] {
            assert!(ProjectPath::parse(text).is_err(), "{text}");
        }
    }
}
