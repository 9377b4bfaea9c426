//! The paths that a patch names: untrusted, and kept within the tree.

use std::fmt;
use std::path::Path;

/// A path relative to the root of the tree, which leads nowhere else by its text. Whether a symbolic link on the way
/// leads out of the tree is looked at when the patch is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchPath(String);

/// Why a path is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// It leads out of the tree.
    #[error("the path `{0}` leads out of the tree")]
    Outside(String),
    /// It is absolute.
    #[error("the path `{0}` is absolute, and paths of a patch begin at the root of the tree")]
    Absolute(String),
    /// It is within the repository's own data, which hold commands that git runs.
    #[error("the path `{0}` lies within the data of a repository")]
    Repository(String),
    /// It is empty, is not UTF-8, or holds what no path does.
    #[error("`{0}` is no path")]
    Unreadable(String),
}

impl PatchPath {
    /// A path as it stands in a patch, without prefix.
    ///
    /// # Errors
    /// When it is no path within a tree.
    pub fn new(bytes: &[u8]) -> Result<Self, PathFault> {
        let shown = || String::from_utf8_lossy(bytes).escape_default().to_string();
        let text = std::str::from_utf8(bytes).map_err(|_| PathFault::Unreadable(shown()))?;
        if text.is_empty() || text.contains(char::is_control) {
            return Err(PathFault::Unreadable(shown()));
        }
        if text.starts_with('/') {
            return Err(PathFault::Absolute(text.to_owned()));
        }
        for part in text.split('/') {
            match part {
                ".." => return Err(PathFault::Outside(text.to_owned())),
                "" | "." => return Err(PathFault::Unreadable(text.to_owned())),
                part if part.eq_ignore_ascii_case(".git") => {
                    return Err(PathFault::Repository(text.to_owned()));
                }
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// As text, with slashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// Whether it is a manifest of cargo.
    #[must_use]
    pub fn is_manifest(&self) -> bool {
        self.as_path().file_name().is_some_and(|name| name == "Cargo.toml")
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Both paths of a change as a head names them, without what stands for the two sides: `a/` and `b/` as git writes, or
/// any folder that differs between them. None stands for `/dev/null`.
pub(super) fn without_prefixes(old: Vec<u8>, new: Vec<u8>) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    const NOTHING: &[u8] = b"/dev/null";
    let rest = |path: &[u8]| {
        let slash = path.iter().position(|byte| *byte == b'/')?;
        Some(path[slash + 1..].to_vec())
    };
    match (old == NOTHING, new == NOTHING) {
        (true, true) => (None, None),
        (true, false) => (None, Some(new.strip_prefix(b"b/").map_or(new.clone(), <[u8]>::to_vec))),
        (false, true) => (Some(old.strip_prefix(b"a/").map_or(old.clone(), <[u8]>::to_vec)), None),
        (false, false) if old != new && rest(&old).is_some() && rest(&old) == rest(&new) => {
            (rest(&old), rest(&new))
        }
        (false, false) if old.starts_with(b"a/") && new.starts_with(b"b/") => (rest(&old), rest(&new)),
        (false, false) => (Some(old), Some(new)),
    }
}

/// A path as git writes it: in quotes with escapes as in C where it holds unusual bytes; otherwise up to a tab.
pub(super) fn unquoted(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii_end();
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| *byte == b'\t').unwrap_or(text.len());
        return Some(text[..end].to_vec());
    };
    let mut path = Vec::new();
    let mut bytes = quoted.iter().copied();
    loop {
        match bytes.next()? {
            b'"' => return Some(path),
            b'\\' => path.push(match bytes.next()? {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'a' => 7,
                b'b' => 8,
                b'f' => 12,
                b'v' => 11,
                digit @ b'0'..=b'3' => {
                    let mut value = digit - b'0';
                    for _ in 0..2 {
                        let next = bytes.next().filter(|byte| (b'0'..=b'7').contains(byte))?;
                        value = value * 8 + (next - b'0');
                    }
                    value
                }
                other @ (b'"' | b'\\') => other,
                _ => return None,
            }),
            byte => path.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in ["../x", "a/../../x", "a/.."] {
            assert!(matches!(PatchPath::new(path.as_bytes()), Err(PathFault::Outside(_))), "{path}");
        }
        for path in ["/etc/passwd", "//x"] {
            assert!(matches!(PatchPath::new(path.as_bytes()), Err(PathFault::Absolute(_))), "{path}");
        }
        for path in [".git/config", "sub/.GIT/hooks/post-checkout"] {
            assert!(matches!(PatchPath::new(path.as_bytes()), Err(PathFault::Repository(_))), "{path}");
        }
        for path in [&b""[..], b"a//b", b"./a", b"a\0b", b"a\nb", b"\xff"] {
            assert!(matches!(PatchPath::new(path), Err(PathFault::Unreadable(_))), "{path:?}");
        }
        assert_eq!(PatchPath::new("src/grüße.rs".as_bytes()).unwrap().as_str(), "src/grüße.rs");
    }

    #[test]
    fn prefixes_are_those_of_git_or_two_folders() {
        let both = |old: &str, new: &str| {
            let (old, new) = without_prefixes(old.into(), new.into());
            let text = |path: Option<Vec<u8>>| path.map(|path| String::from_utf8(path).unwrap());
            (text(old), text(new))
        };
        let same = |path: &str| (Some(path.to_owned()), Some(path.to_owned()));
        assert_eq!(both("a/src/x.rs", "b/src/x.rs"), same("src/x.rs"));
        assert_eq!(both("src/x.rs", "src/x.rs"), same("src/x.rs"));
        assert_eq!(both("orig/src/x.rs", "new/src/x.rs"), same("src/x.rs"));
        assert_eq!(both("/dev/null", "b/x"), (None, Some("x".to_owned())));
        assert_eq!(both("a/x", "/dev/null"), (Some("x".to_owned()), None));
        assert_eq!(both("a/old", "b/new"), (Some("old".to_owned()), Some("new".to_owned())));
    }

    #[test]
    fn quoted_paths_have_escapes_as_in_c() {
        assert_eq!(unquoted(b"\"b/caf\\303\\251\"\n"), Some("b/café".as_bytes().to_vec()));
        assert_eq!(unquoted(b"b/x y\t2026-01-01\n"), Some(b"b/x y".to_vec()));
        assert_eq!(unquoted(b"\"b/cut"), None);
        assert_eq!(unquoted(b"\"b/\\777\""), None);
    }
}
