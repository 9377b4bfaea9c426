//! Files with code, read within limits.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use object::read::CompressionFormat;
use object::{Object, ObjectSection};

use super::without_code::read_without_code;

/// Larger files are refused.
const MOST_BYTES: u64 = 4 << 30;
/// Sections that claim to grow more than this when decompressed are refused: zlib cannot, and debug information
/// does not.
const MOST_GROWTH: u64 = 1100;
/// Larger sections are refused.
const MOST_SECTION_BYTES: u64 = 2 << 30;

/// Why a file gives no symbols.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileProblem {
    #[error("it is not there")]
    Absent,
    #[error("it is not a regular file")]
    Irregular,
    #[error("it has {0} bytes, and more than {MOST_BYTES} are not read")]
    TooLarge(u64),
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// All bytes of a regular file.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, FileProblem> {
    let length = length(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let file = File::open(path).map_err(|error| problem(&error))?;
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| problem(&error))?;
    Ok(bytes)
}

/// The bytes of a program or a library that its symbols may be told from.
pub(super) fn read_program(path: &Path) -> Result<Vec<u8>, FileProblem> {
    length(path)?;
    read_without_code(path).map_err(|error| problem(&error))
}

fn problem(error: &std::io::Error) -> FileProblem {
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => FileProblem::Absent,
        _ => FileProblem::Unreadable(error.to_string()),
    }
}

/// How long a regular file is that is not too large.
fn length(path: &Path) -> Result<u64, FileProblem> {
    // Opening a pipe would wait for its writer, so the kind is asked before.
    let metadata = std::fs::metadata(path).map_err(|error| problem(&error))?;
    if !metadata.is_file() {
        return Err(FileProblem::Irregular);
    }
    if metadata.len() > MOST_BYTES {
        return Err(FileProblem::TooLarge(metadata.len()));
    }
    Ok(metadata.len())
}

/// A file with code or debug information.
pub(super) struct Image<'a> {
    pub(super) file: object::File<'a>,
}

impl<'a> Image<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, FileProblem> {
        let file = object::File::parse(bytes).map_err(|error| FileProblem::Damaged(error.to_string()))?;
        Ok(Self { file })
    }

    pub(super) fn build_id(&self) -> Option<&'a [u8]> {
        self.file.build_id().ok().flatten().filter(|id| !id.is_empty())
    }

    /// The name of the file with the debug information, and its checksum.
    pub(super) fn debug_link(&self) -> Option<(&'a [u8], u32)> {
        self.file.gnu_debuglink().ok().flatten()
    }

    /// Whether it holds debug information, or says where it is split to.
    pub(super) fn has_debug_info(&self) -> bool {
        self.file.section_by_name(".debug_info").is_some_and(|section| section.size() > 0)
            && self.file.section_by_name(".debug_abbrev").is_some_and(|section| section.size() > 0)
    }

    /// The content of a section, decompressed; empty when there is none.
    pub(super) fn section(&self, name: &str) -> Result<Cow<'a, [u8]>, FileProblem> {
        let Some(section) = self.file.section_by_name(name) else { return Ok(Cow::Borrowed(&[])) };
        let damaged = |error: object::Error| FileProblem::Damaged(format!("section {name}: {error}"));
        let data = section.compressed_data().map_err(damaged)?;
        let (held, claimed) = (data.data.len() as u64, data.uncompressed_size);
        let plausible = held.saturating_mul(MOST_GROWTH).saturating_add(1 << 16).min(MOST_SECTION_BYTES);
        if data.format != CompressionFormat::None && claimed > plausible {
            let text = format!("section {name}: {held} bytes claim to hold {claimed}");
            return Err(FileProblem::Damaged(text));
        }
        data.decompress().map_err(damaged)
    }
}
