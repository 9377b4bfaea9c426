//! Finds the file that the debug information of a program was moved to.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::elf::{FileProblem, Image, read_file};
use super::places::SymbolPlaces;

/// The outcome of the search for separate debug information.
#[derive(Debug)]
pub(super) enum DebugFile {
    /// The bytes of the file.
    Found(Vec<u8>),
    /// A file with the right name is of another build.
    Differs(String),
    /// There is none.
    Absent,
}

/// Finds the debug information of a program by its build id or its link. `folder` is where the program is.
pub(super) fn find(image: &Image<'_>, folder: &Path, places: &SymbolPlaces) -> DebugFile {
    let mut differs = None;
    if let Some(id) = image.build_id() {
        match by_build_id(id, places) {
            DebugFile::Absent => {}
            DebugFile::Differs(file) => differs = Some(file),
            found @ DebugFile::Found(_) => return found,
        }
    }
    if let Some((name, checksum)) = image.debug_link() {
        for path in places.by_link(Path::new(OsStr::from_bytes(name)), folder) {
            let Ok(bytes) = read_file(&path) else { continue };
            if crc32fast::hash(&bytes) == checksum && build_id_agrees(&bytes, image.build_id()) {
                return DebugFile::Found(bytes);
            }
            // The program itself may bear the name, without being meant.
            differs = differs.or_else(|| Some(file_name(&path)));
        }
    }
    differs.map_or(DebugFile::Absent, DebugFile::Differs)
}

/// Finds debug information by build id alone.
pub(super) fn by_build_id(id: &[u8], places: &SymbolPlaces) -> DebugFile {
    let mut differs = None;
    for path in places.by_build_id(id) {
        let bytes = match read_file(&path) {
            Ok(bytes) => bytes,
            Err(FileProblem::Absent) => continue,
            Err(_) => {
                differs = differs.or_else(|| Some(file_name(&path)));
                continue;
            }
        };
        if Image::parse(&bytes).is_ok_and(|image| image.build_id() == Some(id)) {
            return DebugFile::Found(bytes);
        }
        differs = differs.or_else(|| Some(file_name(&path)));
    }
    differs.map_or(DebugFile::Absent, DebugFile::Differs)
}

fn build_id_agrees(bytes: &[u8], id: Option<&[u8]>) -> bool {
    let other = Image::parse(bytes);
    other.is_ok_and(|other| id.is_none() || other.build_id().is_none() || other.build_id() == id)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "the debug file".to_owned(), |name| name.to_string_lossy().into_owned())
}
