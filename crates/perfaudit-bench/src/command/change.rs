//! A change of a source file that a compiler cannot pass over.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// A Rust source file with an item behind its end whose value differs each time.
///
/// The item is a static that is marked as used: the compiler must generate code for it, whether or not anything reads
/// it, in a library as in a program. The crate, its root module's part of the code, and whatever depends on the crate
/// are therefore really compiled anew. A comment would not do (cargo starts the compiler, which finds all of its
/// results again), nor would a constant (no code is generated for it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceChange {
    file: PathBuf,
    original: Vec<u8>,
}

impl SourceChange {
    /// A change of this file, as its content is now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(file: &Path) -> io::Result<Self> {
        Ok(Self { file: file.to_owned(), original: std::fs::read(file)? })
    }

    /// The item that the file ends with after change number `turn`.
    #[must_use]
    pub fn item(turn: usize) -> String {
        format!("#[used]\nstatic _PERFAUDIT_CHANGE: u64 = {turn};\n")
    }

    /// Writes the original with the item of this turn behind it.
    pub(crate) fn make(&self, turn: usize) -> io::Result<()> {
        let content = [&self.original[..], b"\n", Self::item(turn).as_bytes()].concat();
        std::fs::write(&self.file, content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_replaces_the_one_before() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "fn f() {} // no end of line").unwrap();
        let change = SourceChange::of(file.path()).unwrap();
        for turn in 1..3 {
            change.make(turn).unwrap();
            let text = std::fs::read_to_string(file.path()).unwrap();
            let expected = format!("fn f() {{}} // no end of line\n{}", SourceChange::item(turn));
            assert_eq!(text, expected);
        }
    }
}
