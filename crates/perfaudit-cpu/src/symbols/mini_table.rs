//! The symbol table that some distributions leave in programs they strip: `.gnu_debugdata`, an ELF file without code,
//! compressed by xz (GDB manual, "MiniDebugInfo"). It has names and no lines.

use std::io::Read;

use super::elf::{FileProblem, Image};

const SECTION: &str = ".gnu_debugdata";
/// A larger table is refused: those of the largest programs have a tenth of that.
const MOST_BYTES: u64 = 512 << 20;
/// What unpacking may take beside that, in KiB: the dictionary of the strongest level is as large.
const MOST_MEMORY_KIB: u32 = 128 << 10;

/// The file in the section; none where there is no such section.
pub(super) fn read(image: &Image<'_>) -> Result<Option<Vec<u8>>, FileProblem> {
    let packed = image.section(SECTION)?;
    if packed.is_empty() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut reader =
        lzma_rust2::XzReader::new_mem_limit(&packed[..], false, MOST_MEMORY_KIB).take(MOST_BYTES + 1);
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| FileProblem::Damaged(format!("section {SECTION}: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(FileProblem::Damaged(format!(
            "section {SECTION}: it holds more than {MOST_BYTES} bytes"
        )));
    }
    Ok(Some(bytes))
}
