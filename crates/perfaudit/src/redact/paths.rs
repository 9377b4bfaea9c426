//! Absolute paths in texts.

use std::path::Path;

/// What paths are told by.
#[derive(Debug)]
pub(super) struct Paths {
    /// Folders with what stands for them, the longest first.
    known: Vec<(String, &'static str)>,
}

/// What ends a path in a text.
const ENDS: [char; 14] = ['"', '\'', '`', ',', ';', '(', ')', '[', ']', '{', '}', '<', '>', '|'];

impl Paths {
    /// The project and the run are told as such.
    pub(super) fn of(root: &Path, run: &Path) -> Self {
        let known = [(run, "<run>"), (root, ".")];
        let mut known: Vec<(String, &str)> =
            known.iter().map(|(path, name)| (path.to_string_lossy().into_owned(), *name)).collect();
        known.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Self { known }
    }

    /// The text with every absolute path relative to the project, or cut to what names no folder of the machine.
    pub(super) fn cut(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(at) = rest.find('/') {
            let (ahead, from) = rest.split_at(at);
            out.push_str(ahead);
            let end = from
                .find(|c: char| c.is_whitespace() || c.is_control() || ENDS.contains(&c))
                .unwrap_or(from.len());
            let (path, behind) = from.split_at(end);
            let previous = ahead.chars().next_back().or(before);
            // `a/b`, `https://` and `..` go on; `file:///home` begins behind two slashes.
            let path = match path.strip_prefix("//") {
                Some(local) if previous == Some(':') && local.starts_with('/') => {
                    out.push_str("//");
                    self.one(local)
                }
                Some(_) => path.to_owned(),
                None if previous.is_some_and(|c| c.is_alphanumeric() || "_-./~>*".contains(c)) => {
                    path.to_owned()
                }
                None => self.one(path),
            };
            before = path.chars().next_back();
            out.push_str(&path);
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    fn one(&self, path: &str) -> String {
        for (folder, name) in &self.known {
            if let Some(inside) = path.strip_prefix(folder.as_str())
                && (inside.is_empty() || inside.starts_with(['/', ':']))
            {
                return format!("{name}{inside}");
            }
        }
        // The standard library, as the compiler names it on every machine, and what the kernel shows to all.
        if ["/rustc/", "/proc/", "/sys/", "/dev/"].iter().any(|everywhere| path.starts_with(everywhere)) {
            return path.to_owned();
        }
        for (marker, name) in [("/registry/src/", "<registry>"), ("/rustlib/src/rust/", "<rust>/")] {
            if let Some((_, inside)) = path.split_once(marker) {
                let inside =
                    if name == "<registry>" { inside.trim_start_matches(|c| c != '/') } else { inside };
                return format!("{name}{inside}");
            }
        }
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next_back()) {
            (Some(_), Some(last)) => format!("<elsewhere>/{last}"),
            _ => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        Paths::of("/people/me/project".as_ref(), "/people/me/project/target/run".as_ref()).cut(text)
    }

    #[test]
    fn paths_of_the_project_are_relative_and_others_keep_their_last_name() {
        assert_eq!(cut("error in /people/me/project/src/a.rs:3:1"), "error in ./src/a.rs:3:1");
        assert_eq!(cut("--manifest-path=/people/me/project/Cargo.toml"), "--manifest-path=./Cargo.toml");
        assert_eq!(cut("`/people/me/projects/b.rs`"), "`<elsewhere>/b.rs`");
        assert_eq!(cut("/people/me/project/target/run/x.json"), "<run>/x.json");
        assert_eq!(cut("cd /people/me; cat /etc/passwd"), "cd <elsewhere>/me; cat <elsewhere>/passwd");
        assert_eq!(cut("file:///people/me/secret.git"), "file://<elsewhere>/secret.git");
    }

    #[test]
    fn sources_of_dependencies_and_of_the_standard_library_keep_what_names_no_folder_of_the_machine() {
        assert_eq!(
            cut("/people/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/regex-1.0.0/src/lib.rs"),
            "<registry>/regex-1.0.0/src/lib.rs"
        );
        assert_eq!(
            cut("/opt/rust/lib/rustlib/src/rust/library/alloc/src/vec/mod.rs"),
            "<rust>/library/alloc/src/vec/mod.rs"
        );
        assert_eq!(cut("/rustc/abc/library/core/src/ops.rs"), "/rustc/abc/library/core/src/ops.rs");
    }

    #[test]
    fn what_is_no_path_of_this_machine_stays() {
        for text in
            ["small/first/sound", "https://github.com/a/b", "a / b", "<u8 as Into<T>>::into", "5 GB/s", "/"]
        {
            assert_eq!(cut(text), text);
        }
    }
}
