//! Syntax trees of files.
//!
//! A tree is lossless and has positions, and broken code has one too. Trees are made and walked on a thread with a deep
//! stack; what leaves it are values of our own.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ra_ap_syntax::{Edition, SourceFile};

use crate::error::SourceError;
use crate::nesting::too_deep_at;

/// Larger files are not read: generated tables of this size hold no functions to speak of.
const LARGEST: u64 = 8 * 1024 * 1024;
/// Enough for the deepest tree that is parsed, in an unoptimised build too. It is reserved, not used.
const STACK: usize = 256 * 1024 * 1024;

/// The text of a source file.
///
/// # Errors
/// When it cannot be read, is too large, or is no UTF-8.
pub fn read(path: &Path) -> Result<String, SourceError> {
    let failed = |source| SourceError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // A file may grow while it is read, and a device has no length.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    let length = bytes.len() as u64;
    if length > LARGEST {
        let bytes = path.metadata().map_or(length, |metadata| metadata.len());
        return Err(SourceError::TooLarge { path: path.to_owned(), bytes, limit: LARGEST });
    }
    String::from_utf8(bytes)
        .map_err(|error| SourceError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() })
}

/// The tree of a text, which was read from `path`.
///
/// # Errors
/// When the text is nested too deeply to be parsed.
pub fn parse_file(text: &str, path: &Path, edition: Edition) -> Result<SourceFile, SourceError> {
    match too_deep_at(text, edition) {
        Some(at) => {
            let line = text[..at].matches('\n').count() + 1;
            Err(SourceError::TooDeep { path: path.to_owned(), line })
        }
        None => Ok(parse(text, edition)),
    }
}

pub(crate) fn parse(text: &str, edition: Edition) -> SourceFile {
    SourceFile::parse(text, edition).tree()
}

/// Does something with trees, and gives back what it made of them.
///
/// # Errors
/// When no thread can be started.
///
/// # Panics
/// When `work` panics.
pub fn on_a_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, SourceError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("source".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .map_err(SourceError::Thread)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_source_are_refused_with_their_reason() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            read(&path).unwrap_err().to_string()
        };
        assert!(write("latin.rs", b"// \xe9").contains("not UTF-8 at byte 3"));
        assert!(write("large.rs", &vec![b'\n'; 10_000_000]).contains("10000000 bytes"));
        assert!(read(&folder.path().join("none.rs")).unwrap_err().to_string().contains("none.rs"));
        assert!(read(folder.path()).is_err());
    }

    #[test]
    fn a_file_that_is_too_deep_is_refused_with_its_line() {
        let text = format!("fn f() {{\n{}", "(".repeat(1_000_000));
        let error = parse_file(&text, Path::new("a.rs"), Edition::Edition2021).unwrap_err();
        assert_eq!(error.to_string(), "a.rs:2: nested too deeply to be parsed");
    }
}
