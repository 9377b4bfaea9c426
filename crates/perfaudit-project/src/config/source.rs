//! The text of a configuration file, and what is wrong with it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::origin::Location;
use super::problem::{Complaint, ConfigError, Place};

/// A larger file is not read; real ones are a few kilobytes.
const LARGEST_FILE: u64 = 1_000_000;

/// The text of the file at `path`, shown as `shown`; nothing if there is no such file.
pub(super) fn read(path: &Path, shown: &Path) -> Result<Option<String>, ConfigError> {
    let error = |place, message: String| {
        let mut error = ConfigError::default();
        error.push(Complaint::new(message).at(place));
        error
    };
    let unreadable = |message| error(Place::File(shown.to_owned()), message);
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        // A dangling link is a mistake, not an absence.
        Err(reason) if reason.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok(None);
        }
        Err(reason) => return Err(unreadable(format!("cannot be read: {reason}"))),
    };
    if !metadata.is_file() {
        return Err(unreadable("is not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    // Devices and growing files have no honest length.
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|reason| unreadable(format!("cannot be read: {reason}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(unreadable("is larger than 1 MB, the most that is read".to_owned()));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(invalid) => {
            let valid = invalid.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&invalid.as_bytes()[..valid]);
            let location = Source::new(shown, &before).location(valid);
            let message = "is not valid UTF-8 from here on; save the file as UTF-8".to_owned();
            Err(error(Place::Location(location), message))
        }
    }
}

/// A text that tells line and column of every offset in logarithmic time.
pub(super) struct Source<'a> {
    path: &'a Path,
    pub(super) text: &'a str,
    line_starts: Vec<usize>,
    /// Offsets of the bytes that continue a character: they take no column.
    continuations: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(offset, _)| offset + 1);
        let line_starts = std::iter::once(0).chain(after_newlines).collect();
        let continuations = (0..text.len()).filter(|offset| !text.is_char_boundary(*offset)).collect();
        Self { path, text, line_starts, continuations }
    }

    pub(super) fn location(&self, offset: usize) -> Location {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts[line - 1];
        let before = |offset| self.continuations.partition_point(|continuation| *continuation < offset);
        let column = offset - start - (before(offset) - before(start)) + 1;
        Location { path: self.path.to_owned(), line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let text = "a = 1\nb = \"µs\" # x\n";
        let source = Source::new(Path::new("f"), text);
        let place = |needle| {
            let Location { line, column, .. } = source.location(text.find(needle).unwrap());
            (line, column)
        };
        assert_eq!(place('a'), (1, 1));
        assert_eq!(place('b'), (2, 1));
        assert_eq!(place('µ'), (2, 6));
        assert_eq!(place('s'), (2, 7));
        assert_eq!(place('#'), (2, 10));
        let end = source.location(text.len());
        assert_eq!((end.line, end.column), (3, 1));
    }
}
