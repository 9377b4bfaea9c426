//! Debug information that several programs share: `dwz -m` moves it to a file of its own, which `.gnu_debugaltlink` names
//! with its build id.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use object::Object;

use super::debug_file::{self, DebugFile};
use super::elf::{Image, read_file};
use super::places::SymbolPlaces;
use super::remark::Flaw;

/// The shared debug information that a file with debug information needs; none if it needs none. `folder` is where the
/// program is.
///
/// # Errors
/// What is missing.
pub(super) fn find(bytes: &[u8], folder: &Path, places: &SymbolPlaces) -> Result<Option<Vec<u8>>, Flaw> {
    let Ok(image) = Image::parse(bytes) else { return Ok(None) };
    let Some((name, id)) = image.file.gnu_debugaltlink().ok().flatten() else { return Ok(None) };
    let path = Path::new(OsStr::from_bytes(name));
    let is_meant = |bytes: &[u8]| Image::parse(bytes).is_ok_and(|image| image.build_id() == Some(id));
    if let Some(found) = read_file(&folder.join(path)).ok().filter(|bytes| is_meant(bytes)) {
        return Ok(Some(found));
    }
    match debug_file::by_build_id(id, places) {
        DebugFile::Found(bytes) => Ok(Some(bytes)),
        DebugFile::Differs(_) | DebugFile::Absent => {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Err(Flaw::SharedFileMissing { file })
        }
    }
}
