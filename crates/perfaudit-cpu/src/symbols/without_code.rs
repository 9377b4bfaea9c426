//! Reading of a file what may tell its symbols, and not its code and data: they are most of a large library.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use object::Endianness;
use object::elf::{FileHeader64, SHF_ALLOC, SHT_PROGBITS, SHT_RELA};
use object::read::ReadCache;
use object::read::elf::{FileHeader, SectionHeader};

/// Sections below this size are read whatever they hold.
const LARGE: u64 = 64 << 10;

/// The bytes of a file. Where it is an ELF file of 64 bits, there are zeros in place of large sections of code,
/// data and relocations, which hold no symbols; nothing is read for them, and until they are looked at they take no
/// memory.
///
/// # Errors
/// When it cannot be read.
pub fn read_without_code(path: &Path) -> io::Result<Vec<u8>> {
    let length = std::fs::metadata(path)?.len();
    let file = File::open(path)?;
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    let mut at = 0;
    for skipped in code(&file, length).into_iter().chain(std::iter::once(length..length)) {
        if at < skipped.start {
            file.read_exact_at(&mut bytes[at as usize..skipped.start as usize], at)?;
        }
        at = at.max(skipped.end);
    }
    Ok(bytes)
}

/// Where large sections of code and data are, in ascending order and within the file; none of a file that is damaged.
fn code(file: &File, length: u64) -> Vec<Range<u64>> {
    let cache = ReadCache::new(file);
    let sections = || -> object::Result<Vec<Range<u64>>> {
        let header = FileHeader64::<Endianness>::parse(&cache)?;
        let endian = header.endian()?;
        let sections = header.section_headers(endian, &cache)?.iter();
        let is_code = |section: &&_| is_code(*section, endian);
        let ranges = sections.filter(is_code).filter_map(|section| section.file_range(endian));
        let within = ranges.map(|(start, size)| start..start.saturating_add(size));
        Ok(within.filter(|range| range.end <= length).collect())
    };
    let mut sections = sections().unwrap_or_default();
    sections.sort_by_key(|range| range.start);
    sections
}

fn is_code(section: &impl SectionHeader<Endian = Endianness>, endian: Endianness) -> bool {
    section.sh_flags(endian).contains(SHF_ALLOC)
        && [SHT_PROGBITS, SHT_RELA].contains(&section.sh_type(endian))
        && section.sh_size(endian).into() >= LARGE
}

#[cfg(test)]
mod tests {
    use object::{Object, ObjectSection, ObjectSymbol};

    use super::*;

    #[test]
    fn a_file_without_its_code_tells_the_same_symbols_and_holds_zeros_for_the_rest() {
        let path = std::env::current_exe().expect("the test is a file");
        let (whole, without) = (std::fs::read(&path).unwrap(), read_without_code(&path).unwrap());
        assert_eq!(whole.len(), without.len());
        let file = |bytes: &[u8]| -> Vec<(String, Vec<u8>)> {
            let file = object::File::parse(bytes).unwrap();
            let sections =
                file.sections().map(|one| (one.name().unwrap().to_owned(), one.data().unwrap().to_vec()));
            sections.collect()
        };
        let symbols = |bytes: &[u8]| -> Vec<(String, u64)> {
            let file = object::File::parse(bytes).unwrap();
            file.symbols().map(|one| (one.name().unwrap().to_owned(), one.address())).collect()
        };
        assert!(!symbols(&whole).is_empty());
        assert_eq!(symbols(&whole), symbols(&without));
        let mut skipped = 0;
        for ((name, whole), (_, without)) in file(&whole).into_iter().zip(file(&without)) {
            if whole != without {
                assert!(without.iter().all(|&byte| byte == 0), "{name} is there in part");
                assert!(!name.starts_with(".debug") && !name.starts_with(".note"), "{name} is left out");
                skipped += 1;
            }
        }
        assert!(skipped > 0, "a program of this size has code");
    }

    #[test]
    fn what_is_no_elf_file_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text");
        let text = "x".repeat(200_000);
        std::fs::write(&path, &text).unwrap();
        assert_eq!(read_without_code(&path).unwrap(), text.as_bytes());
        assert!(read_without_code(&folder.path().join("none")).is_err());
    }
}
